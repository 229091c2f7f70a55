import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readScores, type Scores, writeScores } from '../../src/nn/scores.js';
import { netShape } from '../../src/nn/nets.js';
import { TaskError } from '../../src/run/stage.js';
import { UserError } from '../../src/util/user-error.js';
import { MeanStage } from '../../src/stages/mean/stage.js';
import { MemoryArtifact, runStage } from '../support/stage-rig.js';

const IMAGES = 3;
const CLASSES = 4;

function scoresOf(posteriors: readonly number[], changed: Partial<Scores> = {}): Scores {
  return {
    posteriors: Float32Array.from(posteriors),
    labels: [0, 1, 3],
    ids: ['a', 'b', 'c'],
    classes: ['k', 'l', 'm', 'n'],
    protocol: {
      ...{
        method: 'dense',
        mirror: true,
        dataset: 'x',
        initialisation: 'he',
        steps: 1,
        batch: 1,
        S: 64,
        Q: 64,
      },
      net: netShape('A', { width: 1, crop: 64, classes: CLASSES, pooling: 'ceil' }),
      positions: [1, 1],
      mapAverage: 'scores',
    },
    ...changed,
  };
}

async function artifact(scores: Scores, logs?: Float32Array): Promise<MemoryArtifact> {
  const written = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeScores(scores, logs))) await written.write(file, bytes);
  return written;
}

async function mean(members: readonly Scores[], weights?: readonly number[], of?: 'logits') {
  const inputs = { scores: await Promise.all(members.map((member) => artifact(member))) };
  return runStage(new MeanStage(), { ...(weights && { weights }), ...(of && { of }) }, { inputs });
}

const matrix = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: IMAGES * CLASSES,
  maxLength: IMAGES * CLASSES,
});

test('the mean is that of float64 arithmetic, weighted or not, to the last bit of float32', async () => {
  const member = fc.tuple(matrix, fc.double({ min: 0.1, max: 10, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (members, weighted) => {
        const weights = members.map(([, weight]) => (weighted ? weight : 1));
        const total = weights.reduce((a, b) => a + b, 0);
        const single = members.map(([values]) => Float32Array.from(values));
        const run = await mean(
          members.map(([values]) => scoresOf(values)),
          weighted ? weights : undefined,
        );
        const { posteriors } = await readScores(run.output);
        for (const [i, value] of posteriors.entries()) {
          const expected = single.reduce((sum, values, m) => sum + weights[m]! * values[i]!, 0) / total;
          assert.ok(Math.abs(value - expected) <= 1e-7, `${value} is not ${expected}`);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('the mean keeps images, labels and classes, and says which protocols it is of', async () => {
  const [one, two] = [scoresOf(Array<number>(12).fill(0.25)), scoresOf(Array<number>(12).fill(0.5))];
  const scores = await readScores((await mean([one, two], [3, 1])).output);
  assert.deepEqual([scores.ids, scores.labels, scores.classes], [one.ids, one.labels, one.classes]);
  assert.deepEqual(scores.protocol, { mean: [one.protocol, two.protocol], weights: [3, 1] });
});

test('scores of other images, other labels or other classes have no mean', async () => {
  const values = Array<number>(12).fill(0.25);
  const others: readonly [Partial<Scores>, RegExp][] = [
    [{ ids: ['a', 'b', 'd'] }, /other images/],
    [{ labels: [0, 1, 2] }, /other images/],
    [{ classes: ['k', 'm', 'l', 'n'] }, /other classes/],
  ];
  for (const [changed, message] of others)
    await assert.rejects(mean([scoresOf(values), scoresOf(values, changed)]), (error) => {
      assert.ok(error instanceof TaskError);
      assert.match(error.message, message);
      return true;
    });
});

/** exp of the weighted mean of logarithms, which is then made to sum to 1. */
function geometric(rows: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b);
  const raw = rows[0]!.map((_, k) =>
    Math.exp(rows.reduce((sum, row, m) => sum + (weights[m]! * Math.log(row[k]!)) / total, 0)),
  );
  const sum = raw.reduce((a, b) => a + b);
  return raw.map((value) => value / sum);
}

const posterior = fc
  .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: CLASSES, maxLength: CLASSES })
  .map((values) => values.map((value) => value / values.reduce((a, b) => a + b)));

test('a mean of logits is the geometric mean of the posteriors, made a posterior again', async () => {
  const member = fc.tuple(
    fc.array(posterior, { minLength: IMAGES, maxLength: IMAGES }),
    fc.double({ min: 0.1, max: 10, noNaN: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 4 }), async (members) => {
      const weights = members.map(([, weight]) => weight);
      const run = await mean(
        members.map(([rows]) => scoresOf(rows.flat())),
        weights,
        'logits',
      );
      const { posteriors, protocol } = await readScores(run.output);
      assert.ok('of' in protocol && protocol.of === 'logits');
      for (let image = 0; image < IMAGES; image++) {
        const expected = geometric(
          members.map(([rows]) => rows[image]!),
          weights,
        );
        for (let k = 0; k < CLASSES; k++)
          assert.ok(Math.abs(posteriors[image * CLASSES + k]! - expected[k]!) < 1e-5);
      }
    }),
    { numRuns: 50 },
  );
});

test('a mean of the logits of views takes the logarithms that the evaluations kept', async () => {
  const logs = [
    [-1, -2, -3, -4],
    [-3, -2, -5, -1],
  ];
  const members = await Promise.all(
    logs.map((row) =>
      artifact(
        scoresOf(Array<number>(12).fill(0.25)),
        Float32Array.from(Array<number[]>(IMAGES).fill(row).flat()),
      ),
    ),
  );
  const { output } = await runStage(
    new MeanStage(),
    { of: 'logits-of-views' },
    { inputs: { scores: members } },
  );
  const expected = geometric(
    logs.map((row) => row.map(Math.exp)),
    [1, 1],
  );
  const { posteriors } = await readScores(output);
  for (let k = 0; k < CLASSES; k++) assert.ok(Math.abs(posteriors[k]! - expected[k]!) < 1e-6);
});

test('a posterior that is 0 has a logarithm too', async () => {
  const rows = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
  const { posteriors } = await readScores((await mean([scoresOf(rows)], undefined, 'logits')).output);
  assert.deepEqual([...posteriors].map(Math.round), rows);
});

test('posteriors that are no numbers are named by their member and image, and nothing is written', async () => {
  const good = scoresOf(Array<number>(12).fill(0.25));
  for (const bad of [NaN, Infinity]) {
    const values = good.posteriors.slice();
    values[6] = bad;
    await assert.rejects(mean([good, { ...good, posteriors: values }]), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^The scores of net A, S = 64 px, Q = 64 px, dense hold .*image "b"/);
      return true;
    });
  }
});
