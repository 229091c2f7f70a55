/** Claims tested on scores in memory: which verdict follows from which outcomes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Scores, writeScores } from '../../src/nn/scores.js';
import type { ClaimPlan } from '../../src/plan/claim-tasks.js';
import { type Claims, CLAIMS_FILE, type TestedPair } from '../../src/run/claims.js';
import { Metrics } from '../../src/run/metric.js';
import { TaskError } from '../../src/run/stage.js';
import { ClaimsStage } from '../../src/stages/claims/stage.js';
import { TABLE_METRICS } from '../../src/stages/table/metrics.js';
import { MemoryArtifact, runStage } from '../support/stage-rig.js';
import { scores } from '../support/table-rig.js';

/** A net that gets the images wrong for which `isWrong` is true. */
function net(ids: readonly string[], isWrong: (image: number) => boolean): Scores {
  const rows = ids.map((_, i) => (isWrong(i) ? [1, 0, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 1]));
  return { ...scores, ids, labels: ids.map(() => 5), posteriors: Float32Array.from(rows.flat()) };
}

const IDS = Array.from({ length: 400 }, (_, i) => `class/${i}`);

/** Wrong on the first so many of 400 images. */
const wrongOn = (first: number) => net(IDS, (i) => i < first);

type Sides = readonly [from: readonly Scores[], to: readonly Scores[]];

async function tested(
  expect: ClaimPlan['expect'],
  comparisons: readonly Sides[],
  margin = 0.5,
): Promise<readonly TestedPair[]> {
  const all: Scores[] = [];
  const places = (side: readonly Scores[]) => side.map((one) => all.push(one) - 1);
  const pairs = comparisons.map(([from, to]) => ({
    from: { labels: { net: 'C' }, inputs: places(from) },
    to: { labels: { net: 'D' }, inputs: places(to) },
    same: {},
  }));
  const artifacts = await Promise.all(
    all.map(async (one) => {
      const artifact = new MemoryArtifact();
      for (const [file, bytes] of Object.entries(writeScores(one))) await artifact.write(file, bytes);
      return artifact;
    }),
  );
  const claims = [{ name: 'deeper', says: 'Deeper is better.', expect, metric: 'top1', margin, pairs }];
  const stage = new ClaimsStage(new Metrics(TABLE_METRICS));
  const { output } = await runStage(stage, { claims }, { inputs: { scores: artifacts } });
  return (JSON.parse(output.text(CLAIMS_FILE)) as Claims).claims[0]!.pairs;
}

const ofNets = async (expect: ClaimPlan['expect'], from: Scores, to: Scores, margin?: number) =>
  (await tested(expect, [[[from], [to]]], margin))[0]!.nets;

describe('of these nets', () => {
  test('a lower error holds, a higher one contradicts, and five images of 400 show nothing', async () => {
    const verdict = async (from: number, to: number) =>
      (await ofNets('lower', wrongOn(from), wrongOn(to))).verdict;
    assert.equal(await verdict(200, 180), 'holds');
    assert.equal(await verdict(180, 200), 'contradicted');
    assert.equal(await verdict(200, 195), 'not shown');
    assert.equal(await verdict(200, 200), 'not shown');
  });

  test('one net a side is compared by McNemar, exactly', async () => {
    // Six images, all for the second: 2 / 2^6.
    const { p, adjustedP, change, images, clusters, level } = await ofNets(
      'lower',
      wrongOn(100),
      wrongOn(94),
    );
    assert.ok(Math.abs(p - 2 / 64) < 1e-12);
    assert.deepEqual({ adjustedP, change }, { adjustedP: p, change: -1.5 });
    assert.deepEqual({ images, clusters, level }, { images: 400, clusters: 400, level: 95 });
  });

  test('no difference has to lie within the margin, and none at all on few images is no proof', async () => {
    const verdict = async (from: number, to: number, margin: number) =>
      (await ofNets('equal', wrongOn(from), wrongOn(to), margin)).verdict;
    assert.equal(await verdict(200, 201, 1), 'holds');
    assert.equal(await verdict(200, 204, 1), 'not shown');
    assert.equal(await verdict(200, 240, 1), 'contradicted');
    assert.equal(await verdict(240, 200, 1), 'contradicted');
    assert.equal(await verdict(200, 200, 0.3), 'not shown');
  });

  test('what is claimed to be no worse may be better', async () => {
    const verdict = async (from: number, to: number) =>
      (await ofNets('not-higher', wrongOn(from), wrongOn(to), 1)).verdict;
    assert.equal(await verdict(200, 100), 'holds');
    assert.equal(await verdict(200, 240), 'contradicted');
    assert.equal(await verdict(200, 203), 'not shown');
  });

  test('images of one thing count as one observation', async () => {
    // Twenty images that change sides, ten of each of two things.
    const things = IDS.map((_, i) => String(Math.floor(i / 10)));
    const [from, to] = [200, 180].map((first) => ({ ...wrongOn(first), things }));
    const { clusters, verdict } = await ofNets('lower', from!, to!);
    assert.deepEqual({ clusters, verdict }, { clusters: 40, verdict: 'not shown' });
  });
});

describe('of a design', () => {
  const seeds = (...wrong: readonly number[]) => wrong.map(wrongOn);

  test('nothing is said with two seeds of a side', async () => {
    const [pair] = await tested('lower', [[seeds(200, 202), seeds(150, 151, 152)]]);
    assert.equal(pair!.design, null);
  });

  test('the spread over seeds decides, not the number of images', async () => {
    const of = async (...sides: Sides) => (await tested('lower', [sides]))[0]!;
    const sure = await of(seeds(200, 202, 204), seeds(150, 151, 152));
    assert.equal(sure.design!.verdict, 'holds');
    const unsure = await of(seeds(160, 200, 240), seeds(100, 150, 200));
    assert.equal(unsure.design!.verdict, 'not shown');
    assert.equal(unsure.nets.verdict, 'holds');
    assert.deepEqual(unsure.design!.runs, [3, 3]);
    assert.ok(Math.abs(unsure.design!.change - unsure.nets.change) < 1e-9);
  });
});

test('a verdict that stands alone may not stand among others', async () => {
  const some: Sides = [[wrongOn(100)], [wrongOn(94)]];
  const none: Sides = [[wrongOn(100)], [wrongOn(100)]];
  const verdicts = async (...comparisons: Sides[]) =>
    (await tested('lower', comparisons)).map(({ nets }) => nets.verdict);
  assert.deepEqual(await verdicts(some), ['holds']);
  assert.deepEqual(await verdicts(some, none), ['not shown', 'not shown']);
});

test('a smaller difference is detectable with more images', async () => {
  const more = Array.from({ length: 1600 }, (_, i) => `class/${i}`);
  const few = await ofNets('lower', wrongOn(200), wrongOn(190));
  const many = await ofNets(
    'lower',
    net(more, (i) => i % 400 < 200),
    net(more, (i) => i % 400 < 190),
  );
  assert.ok(Math.abs(few.detectable / many.detectable - 2) < 0.02);
});

test('results on other images are not compared, and of one image nothing follows', async () => {
  const message = (pattern: RegExp) => (error: unknown) =>
    error instanceof TaskError && pattern.test(error.message);
  const others = net(
    IDS.map((id) => `${id}b`),
    () => true,
  );
  await assert.rejects(
    ofNets('lower', wrongOn(3), others),
    message(/"deeper" compares results on other images/),
  );
  const one = net(['class/0'], () => true);
  await assert.rejects(ofNets('lower', one, one), message(/"deeper" rests on one image/));
});
