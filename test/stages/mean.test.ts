import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readScores, type Scores, writeScores } from '../../src/nn/scores.js';
import { netShape } from '../../src/nn/nets.js';
import { TaskError } from '../../src/run/stage.js';
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
      averaging: 'scores over positions before the soft-max, posteriors over mirrors after it',
    },
    ...changed,
  };
}

async function artifact(scores: Scores): Promise<MemoryArtifact> {
  const written = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeScores(scores))) await written.write(file, bytes);
  return written;
}

async function mean(members: readonly Scores[], weights?: readonly number[]) {
  const inputs = { scores: await Promise.all(members.map(artifact)) };
  return runStage(new MeanStage(), weights ? { weights } : {}, { inputs });
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
