/** Our statistics against SciPy and statsmodels. Run by `.ci/run`: TORCH_PYTHON names a Python that has both. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { singleTest } from '../../src/stages/claims/test.js';
import { clusteredMean } from '../../src/statistics/clustered-mean.js';
import { holm } from '../../src/statistics/holm.js';
import { mcnemarExact } from '../../src/statistics/mcnemar.js';
import { changeOfMeans, meanChange, type RunsMean } from '../../src/statistics/mean-change.js';
import { tProbability, tQuantile, tTails } from '../../src/statistics/student-t.js';
import { wilsonInterval } from '../../src/statistics/wilson.js';
import { philoxWords } from '../../src/util/philox.js';
import { streamKey } from '../../src/util/random.js';

const JUDGE = fileURLToPath(new URL('../../../test/judges/statistics_judge.py', import.meta.url));
const python = process.env['TORCH_PYTHON'] ?? 'python3';

/** Relative, and absolute below 1e-12: of probabilities down to 1e-300. */
const TOLERANCE = 1e-9;

const FREEDOMS = [1, 1.5, 2, 3.7, 10, 100, 1148, 49_999];

let drawn = 0;
/** Others at each call, the same at each run. */
function numbers(count: number, from: number, to: number): number[] {
  const words = philoxWords(streamKey(7, `numbers ${drawn++}`), 0, [0, 0], count);
  return Array.from(words, (word) => from + ((to - from) * word) / 2 ** 32);
}
const flags = (count: number, part: number) => numbers(count, 0, 1).map((x) => Number(x < part));

const CASES = {
  t: FREEDOMS.flatMap((freedom) => [-30, -4, -1, -0.01, 0, 0.5, 2, 9].map((t) => [t, freedom] as const)),
  quantiles: FREEDOMS.flatMap((freedom) =>
    [0.6, 0.8, 0.9, 0.95, 0.975, 0.9999].map((p) => [p, freedom] as const),
  ),
  mcnemar: [
    [0, 1],
    [0, 6],
    [5, 5],
    [12, 30],
    [300, 251],
    [4000, 3700],
    [0, 0],
  ] as const,
  holm: [[0.01, 0.04, 0.03, 0.005], [0.5], numbers(28, 0, 0.1), [0.02, 0.02, 1]],
  wilson: [
    [0, 10],
    [10, 10],
    [3, 1149],
    [700, 1149],
    [12_345, 50_000],
  ] as const,
  welch: [3, 5, 9].map((count) => [numbers(count, 20, 30), numbers(count + 1, 22, 31)] as const),
  clustered: [7, 40, 300].map((count) => ({
    values: numbers(count, -1, 1),
    clusters: numbers(count, 0, count / 3).map((x) => `c${Math.floor(x)}`),
  })),
  equivalence: [0.3, 0.01].map((margin) => ({ from: flags(400, 0.3), to: flags(400, 0.3), margin })),
};

type Answers = {
  readonly [K in keyof typeof CASES]: K extends 't' | 'quantiles' | 'mcnemar' | 'equivalence'
    ? readonly number[]
    : readonly (readonly number[])[];
};

const answers = JSON.parse(
  execFileSync(python, [JUDGE], { input: JSON.stringify(CASES), encoding: 'utf8' }),
) as Answers;

function areNear(ours: readonly number[], theirs: readonly number[]): void {
  assert.equal(ours.length, theirs.length);
  for (const [i, value] of ours.entries()) {
    const distance = Math.abs(value - theirs[i]!);
    assert.ok(distance <= Math.max(1e-12, TOLERANCE * Math.abs(theirs[i]!)), `${i}: ${value}, ${theirs[i]!}`);
  }
}

function meanOf(runs: readonly number[]): RunsMean {
  const value = runs.reduce((a, b) => a + b, 0) / runs.length;
  const squares = runs.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return { value, sd: Math.sqrt(squares / (runs.length - 1)), runs: runs.length };
}

test("probabilities and quantiles of Student's t are SciPy's", () => {
  areNear(
    CASES.t.map(([t, freedom]) => tProbability(t, freedom)),
    answers.t,
  );
  areNear(
    CASES.quantiles.map(([p, freedom]) => tQuantile(p, freedom)),
    answers.quantiles,
  );
});

test("McNemar's exact test, Holm's correction and Wilson's interval are statsmodels'", () => {
  areNear(
    CASES.mcnemar.map(([worse, better]) => mcnemarExact(worse, better)),
    answers.mcnemar,
  );
  for (const [i, family] of CASES.holm.entries()) areNear(holm(family), answers.holm[i]!);
  for (const [i, [hits, trials]] of CASES.wilson.entries())
    areNear(wilsonInterval(hits, trials), answers.wilson[i]!);
});

test("changes of means over seeds have Welch's interval and probability", () => {
  for (const [i, [from, to]] of CASES.welch.entries()) {
    const { value, standardError, freedom } = changeOfMeans(meanOf(from), meanOf(to));
    const { interval } = meanChange(meanOf(from), meanOf(to));
    areNear([...interval!, tTails(value / standardError, freedom)], answers.welch[i]!);
  }
});

test('a mean over clusters has the sandwich variance', () => {
  for (const [i, { values, clusters }] of CASES.clustered.entries()) {
    const { value, standardError } = clusteredMean(Float64Array.from(values), clusters);
    areNear([value, standardError], answers.clustered[i]!);
  }
});

test('equivalence on the same images is that of two t tests of one tail', () => {
  const found = CASES.equivalence.map(({ from, to, margin }) => {
    const differences = Float64Array.from(from, (value, i) => to[i]! - value);
    const each = from.map((_, i) => String(i));
    return singleTest({ expect: 'equal', margin }, clusteredMean(differences, each)).p;
  });
  areNear(found, answers.equivalence);
});
