/**
 * Every method of evaluation against PyTorch's, which cuts its crops by itself: photographs high and wide, odd sides,
 * a grey one, one as small as the crop. Run by `.ci/run`: IMAGES=DIR TORCH_PYTHON=python3.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pixels } from '../../src/image/pixels.js';
import { rescale } from '../../src/image/rescale.js';
import { SINGLE_METHODS } from '../../src/image/views.js';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { type Evaluator, scoreImages } from '../../src/stages/evaluate/score-images.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import { judgeProtocols, NORMALISATION, photographs, TOLERANCE } from './support/torch-dense.js';

const net = buildNet(netShape('B', { width: 1 / 8, crop: 64, classes: 20, pooling: 'ceil' }));
const state = initialise(net, 'he', 5);
const engine = await engineOf(availableBackends()[0]!);

const all = await photographs(40);
const wide = all.filter(({ width, height }) => width > height);
const high = all.filter(({ width, height }) => height > width);
const images: readonly Pixels[] = await Promise.all([
  rescale(wide[0]!, 97),
  rescale(high[0]!, 97),
  rescale(wide[1]!, 128),
  rescale(high[1]!, 75),
  rescale(grey(wide[2]!), 101),
  rescale(high[2]!, 64),
]);

function grey({ width, height, data }: Pixels): Pixels {
  return { width, height, data: data.map((_, i) => data[i - (i % 3)]!) };
}

const METHODS = [...SINGLE_METHODS, 'dense-posteriors'] as const;
const theirs = judgeProtocols({ net, state }, images, METHODS);

async function ours(how: Pick<Evaluator, 'method' | 'mapAverage'>, of: readonly Pixels[] = images) {
  const session = engine.open(net, state);
  try {
    return await scoreImages(of, { ...how, net, session, normalisation: NORMALISATION, mirror: true });
  } finally {
    session.close();
  }
}

for (const method of METHODS)
  test(`posteriors by the method "${method}", and the means of their logarithms, are PyTorch's`, async (t) => {
    const found =
      method === 'dense-posteriors'
        ? await ours({ method: 'dense', mapAverage: 'posteriors' })
        : await ours({ method, mapAverage: 'scores' });
    const expected = theirs.get(method)!;
    const worst = largestDeviation(found.posteriors, expected.posteriors);
    const worstLog = largestDeviation(found.logPosteriors, expected.logs);
    t.diagnostic(`worst ${worst.toExponential(1)}, of logarithms ${worstLog.toExponential(1)}`);
    assert.ok(worst <= TOLERANCE && worstLog <= TOLERANCE);
  });

test('the judge sees one method in place of another, a grid that is shifted by a pixel, and the other average', async () => {
  const [multi, ten] = [theirs.get('multi-crop')!, theirs.get('ten-crop')!];
  const far = (a: Float32Array, b: Float32Array) => largestDeviation(a, b) > 10 * TOLERANCE;
  assert.ok(far(multi.posteriors, ten.posteriors));
  assert.ok(far(theirs.get('dense')!.posteriors, theirs.get('dense-posteriors')!.posteriors));
  assert.ok(far(multi.posteriors, multi.logs.map(Math.exp)));
  const shifted = images.slice(0, 5).map(({ width, height, data }): Pixels => {
    const moved = new Uint8Array(data.length);
    moved.set(data.subarray(3));
    moved.set(data.subarray(-3), data.length - 3);
    return { width, height, data: moved };
  });
  const found = (await ours({ method: 'multi-crop', mapAverage: 'scores' }, shifted)).posteriors;
  assert.ok(far(found, multi.posteriors.subarray(0, found.length)));
});
