/** The search for the best subset of scores, beside every subset by hand; and what it may see. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readScores, type Scores, writeScores } from '../../src/nn/scores.js';
import { netShape } from '../../src/nn/nets.js';
import { halves } from '../../src/stages/best-ensemble/halves.js';
import { bestSubset } from '../../src/stages/best-ensemble/search.js';
import { BestEnsembleStage } from '../../src/stages/best-ensemble/stage.js';
import { isExhaustive, subsetsUpTo } from '../../src/stages/best-ensemble/subsets.js';
import { MemoryArtifact, runStage } from '../support/stage-rig.js';

const CLASSES = 7;

const quietly = { tried: () => Promise.resolve() };

/** Whole numbers, whose sums are exact in any order. */
const caseOf = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([members, images]) =>
    fc.record({
      members: fc.array(
        fc
          .array(fc.nat({ max: 9 }), { minLength: images * CLASSES, maxLength: images * CLASSES })
          .map((values) => Float32Array.from(values)),
        { minLength: members, maxLength: members },
      ),
      labels: fc.array(fc.nat({ max: CLASSES - 1 }), { minLength: images, maxLength: images }),
      most: fc.integer({ min: 1, max: members }),
      metric: fc.constantFrom('top1' as const, 'top5' as const),
    }),
  );

/** Images whose class has `places` or more classes before it; of equal ones the lower index comes first. */
function wrong(sum: readonly number[], labels: readonly number[], places: number): number {
  return labels.filter((label, image) => {
    const row = sum.slice(image * CLASSES, (image + 1) * CLASSES);
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
    return order.indexOf(label) >= places;
  }).length;
}

function errorsOf(
  subset: readonly number[],
  { members, labels }: { members: Float32Array[]; labels: number[] },
) {
  const sum = [...members[0]!].map((_, i) => subset.reduce((total, m) => total + members[m]![i]!, 0));
  return { top1: wrong(sum, labels, 1), top5: wrong(sum, labels, 5) };
}

test('no subset within the limit is better than what is found, and of equally good ones none is smaller', async () => {
  await fc.assert(
    fc.asyncProperty(caseOf, async ({ metric, most, ...scores }) => {
      const found = await bestSubset({ ...scores, classes: CLASSES }, { metric, most, ...quietly });
      assert.ok(found.isExhaustive);
      assert.equal(found.subsetsTried, subsetsUpTo(scores.members.length, most));
      const other = metric === 'top1' ? 'top5' : 'top1';
      const own = errorsOf(found.subset, scores);
      for (let bits = 1; bits < 2 ** scores.members.length; bits++) {
        const subset = scores.members.flatMap((_, m) => ((bits >> m) & 1 ? [m] : []));
        if (subset.length > most) continue;
        const errors = errorsOf(subset, scores);
        assert.ok(own[metric] <= errors[metric]);
        if (own[metric] === errors[metric]) assert.ok(own[other] <= errors[other]);
        if (own[metric] === errors[metric] && own[other] === errors[other])
          assert.ok(found.subset.length <= subset.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('the number of subsets is the sum of binomials, and the limit counts their additions', () => {
  assert.equal(subsetsUpTo(7, 7), 127);
  assert.equal(subsetsUpTo(7, 2), 28);
  const size = (members: number) => ({ members, most: members, images: 25_000, classes: 1000 });
  // 2^11 - 1 subsets of 2.5e7 additions are below 1e11, 2^12 - 1 are not.
  assert.ok(isExhaustive(size(11)));
  assert.ok(!isExhaustive(size(12)));
});

test('beyond the limit members are added while they help: no single one is better than what is found', async () => {
  const images = 4;
  const members = Array.from({ length: 40 }, (_, m) =>
    Float32Array.from({ length: images * CLASSES }, (_, i) => (i * (m + 3) * 7919) % 101),
  );
  const scores = { members, labels: [0, 1, 2, 3], classes: CLASSES };
  const found = await bestSubset(scores, { metric: 'top1', most: 40, ...quietly });
  assert.ok(!found.isExhaustive);
  const singles = members.map((_, m) => errorsOf([m], scores).top1);
  assert.ok(errorsOf(found.subset, scores).top1 <= Math.min(...singles));
});

test('every image is on one side with all images of its thing, and each class on both as far as it goes', () => {
  const image = fc.record({ label: fc.nat({ max: 4 }), thing: fc.nat({ max: 9 }) });
  fc.assert(
    fc.property(fc.array(image), (images) => {
      const labels = images.map(({ label }) => label);
      const things = images.map(({ label, thing }) => `${label} ${thing}`);
      const { searched, judged } = halves(labels, things);
      assert.deepEqual(
        [...searched, ...judged].sort((a, b) => a - b),
        [...labels.keys()],
      );
      for (const label of new Set(labels)) {
        const count = (side: readonly number[]) =>
          new Set(side.filter((i) => labels[i] === label).map((i) => things[i])).size;
        assert.ok([0, 1].includes(count(searched) - count(judged)));
      }
      const seen = new Set(searched.map((i) => things[i]));
      assert.ok(judged.every((i) => !seen.has(things[i])));
    }),
  );
});

const net = netShape('A', { width: 1, crop: 64, classes: 2, pooling: 'ceil' });

async function artifact(name: string, rights: readonly boolean[]): Promise<MemoryArtifact> {
  const scores: Scores = {
    posteriors: Float32Array.from(rights.flatMap((right) => (right ? [0.9, 0.1] : [0.1, 0.9]))),
    labels: rights.map(() => 0),
    ids: rights.map((_, i) => `${i}`),
    classes: ['k', 'l'],
    protocol: {
      ...{ method: 'dense', mirror: true, mapAverage: 'scores', dataset: 'x', initialisation: 'he' },
      ...{ steps: 1, batch: 1, S: 64, Q: 64, positions: [1, 1] },
      net: { ...net, net: name },
    },
  };
  const written = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeScores(scores))) await written.write(file, bytes);
  return written;
}

test('what is found on one half is scored on the other, which may think otherwise', async () => {
  // Net B is right about all that the search sees and wrong about the rest; net A the other way round.
  const members = await Promise.all([
    artifact('A', [false, true, false, true]),
    artifact('B', [true, false, true, false]),
  ]);
  const { output, metrics } = await runStage(
    new BestEnsembleStage(),
    { metric: 'top1' },
    { inputs: { scores: members } },
  );
  const scores = await readScores(output);
  assert.deepEqual(scores.ids, ['1', '3']);
  assert.deepEqual(metrics[0], ['top1_error_percent', 100, 0]);
  assert.ok('mean' in scores.protocol && scores.protocol.chosen);
  const [only, ...others] = scores.protocol.mean;
  assert.equal(others.length, 0);
  assert.ok('net' in only!);
  assert.equal(only.net.net, 'B');
  assert.deepEqual(scores.protocol.chosen, {
    ...{ metric: 'top1', members: 2, subsetsTried: 3, everySubset: true, images: 2 },
  });
});

test('one image cannot be searched on and judge too', async () => {
  const members = [await artifact('A', [true])];
  await assert.rejects(
    runStage(new BestEnsembleStage(), { metric: 'top5' }, { inputs: { scores: members } }),
    /two at least/,
  );
});
