#!/usr/bin/env python3
"""SciPy and statsmodels as the judges of our statistics.

Usage: statistics_judge.py < CASES.json > ANSWERS.json      (needs scipy and statsmodels)
CASES.json: {"t": [[t, freedom]...], "quantiles": [[probability, freedom]...], "mcnemar": [[worse, better]...],
"holm": [[p...]...], "wilson": [[hits, trials]...], "welch": [[[from...], [to...]]...],
"clustered": [{"values", "clusters"}...], "equivalence": [{"from", "to", "margin"}...]}; answers by the same names.
"""
import json, sys
import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_paired

cases = json.load(sys.stdin)


def welch(first, second):
    """Second less first: 95% interval, and p of both tails."""
    compared = CompareMeans(DescrStatsW(second), DescrStatsW(first))
    low, high = compared.tconfint_diff(usevar="unequal")
    return [low, high, float(stats.ttest_ind(second, first, equal_var=False).pvalue)]


def clustered(values, clusters):
    """The mean with a sandwich variance over clusters: mean, standard error."""
    groups = np.unique(clusters, return_inverse=True)[1]
    fit = sm.OLS(np.asarray(values), np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}
    )
    return [float(fit.params[0]), float(fit.bse[0])]


answers = {
    "t": [float(stats.t.cdf(t, freedom)) for t, freedom in cases["t"]],
    "quantiles": [float(stats.t.ppf(p, freedom)) for p, freedom in cases["quantiles"]],
    "mcnemar": [float(mcnemar([[0, b], [c, 0]], exact=True).pvalue) for b, c in cases["mcnemar"]],
    "holm": [list(map(float, multipletests(p, method="holm")[1])) for p in cases["holm"]],
    "wilson": [list(proportion_confint(k, n, method="wilson")) for k, n in cases["wilson"]],
    "welch": [welch(*case) for case in cases["welch"]],
    "clustered": [clustered(**case) for case in cases["clustered"]],
    "equivalence": [
        float(ttost_paired(np.asarray(c["to"]), np.asarray(c["from"]), -c["margin"], c["margin"])[0])
        for c in cases["equivalence"]
    ],
}
json.dump(answers, sys.stdout)
