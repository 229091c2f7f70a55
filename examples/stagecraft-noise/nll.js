/** A metric: the mean negative log-likelihood of the true classes, in nats. */
import { readScores } from 'stagecraft/plugin';

/** @import { PluginMetric } from 'stagecraft/plugin' */

/** @type {PluginMetric} */
export const nll = {
  name: 'nll',
  version: '1',
  artifact: 'scores',
  description: 'Mean negative log-likelihood of the true class, nats.',
  heading: 'negative log-likelihood, nats',
  isErrorRate: false,
  measure: async (artifact) => {
    const { posteriors, labels, classes } = await readScores(artifact);
    const losses = labels.map(
      (label, i) => -Math.log(Math.max(1e-30, posteriors[i * classes.length + label])),
    );
    return losses.reduce((a, b) => a + b, 0) / losses.length;
  },
};
