/**
 * Dense class scores against PyTorch's at the paper's crop, where sides meet the pools unevenly: 255, 256, 257, 341
 * and 683 px, of photographs that are not square, with pools that round up and down. Run by `.ci/run`: IMAGES=DIR
 * TORCH_PYTHON=python3.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pixels } from '../../src/image/pixels.js';
import { rescale } from '../../src/image/rescale.js';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet, positionsAlong } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import type { Pooling } from '../../src/nn/pooling.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import {
  assertSameTopFive,
  judge,
  photographs,
  scoresOf,
  type Subject,
  TOLERANCE,
  type View,
  whole,
} from './support/torch-dense.js';

/** Net D as narrow as it may be with all of the paper's classes; the crop is the paper's. */
function subject(pooling: Pooling): Subject {
  const net = buildNet(netShape('D', { width: 1 / 16, crop: 224, classes: 1000, pooling }));
  return { net, state: initialise(net, 'he', 3) };
}

/** Positions along the smallest side: FC6 is 7x7 after five pools. */
const ROWS: Readonly<Record<Pooling, Readonly<Record<number, number>>>> = {
  ceil: { 255: 2, 256: 2, 257: 3, 341: 5, 683: 16 },
  floor: { 255: 1, 256: 2, 257: 2, 341: 4, 683: 15 },
};

/** A photograph that is wider than it is high, and one that is higher; only one is enlarged to 683 px. */
const some = (await photographs(40)).filter(isColoured);
const wide = some.find(({ height, width }) => width > height)!;
const high = some.find(({ height, width }) => height > width)!;

/** A grey one is the same with its channels swapped; red and blue are 10 grey levels apart in the mean here. */
function isColoured({ data, height, width }: Pixels): boolean {
  const apart = data.reduce((sum, red, i) => (i % 3 === 0 ? sum + Math.abs(red - data[i + 2]!) : sum), 0);
  return apart > 10 * height * width;
}

const scaled = (photograph: Pixels, px: number) => rescale(photograph, px);
const images: readonly Pixels[] = await Promise.all([
  ...[255, 256, 257, 341].flatMap((px) => [scaled(wide, px), scaled(high, px)]),
  scaled(wide, 683),
]);

/** A crop of 224 px as multi-crop evaluation takes it, away from the image's edges. */
const crop: View = {
  image: images[2]!,
  window: { top: 16, left: 40, height: 224, width: 224, mirrored: false },
};
const views = [...images.map(whole), crop];

/** The judge's scores of view `i`. */
function row(scores: Float32Array, i: number): Float32Array {
  return scores.subarray(i * 1000, (i + 1) * 1000);
}

const theirs = { ceil: judge(subject('ceil'), views).scores, floor: judge(subject('floor'), views).scores };
/** The oracle takes minutes; `npm test` compares it with the others. */
const backends = availableBackends().filter((backend) => backend !== 'cpu');

for (const pooling of ['ceil', 'floor'] as const) {
  const net = subject(pooling);

  test(`maps have the positions of the closed form, none of them square, ${pooling} pooling`, () => {
    for (const { height, width } of images) {
      const [short, long] = [height, width].sort((a, b) => a - b) as [number, number];
      assert.equal(positionsAlong(net.net, short), ROWS[pooling][short]);
      assert.ok(positionsAlong(net.net, long) > positionsAlong(net.net, short));
    }
  });

  for (const backend of backends)
    test(`${backend}: scores at each size are PyTorch's, and the five best classes, ${pooling} pooling`, async (t) => {
      const engine = await engineOf(backend);
      const spread = Math.max(...theirs[pooling]) - Math.min(...theirs[pooling]);
      assert.ok(spread >= 1, `scores spread by ${spread}`);
      for (const [i, view] of views.entries()) {
        const [ours, expected] = [scoresOf(engine, net, view), row(theirs[pooling], i)];
        const deviation = largestDeviation(ours, expected);
        const { height, width } = view.window;
        t.diagnostic(`${height} x ${width} px: ${deviation.toExponential(1)}`);
        assert.ok(deviation <= TOLERANCE, `${height} x ${width} px differ by ${deviation}`);
        assertSameTopFive(ours, expected);
      }
    });
}

/** Deviation of each view's scores from the judge's, under a mutation. */
async function deviations(pooling: Pooling, mutate: (view: View) => View, seen: readonly View[]) {
  const engine = await engineOf(backends[0]!);
  return seen.map((view) =>
    largestDeviation(scoresOf(engine, subject(pooling), mutate(view)), row(theirs.ceil, views.indexOf(view))),
  );
}

test('the judge sees pools that round down instead of up, at each size that is no multiple of 32', async (t) => {
  const same = (view: View) => view;
  const found = await deviations('floor', same, views);
  t.diagnostic(found.map((deviation) => deviation.toExponential(1)).join(', '));
  for (const [i, { window }] of views.entries())
    if (window.height % 32 !== 0)
      assert.ok(found[i]! > 100 * TOLERANCE, `${window.height} x ${window.width}`);
});

test('the judge sees a crop that is one pixel off', async (t) => {
  const steps = [
    [0, 1],
    [0, -1],
    [1, 0],
    [-1, 0],
  ] as const;
  for (const [down, right] of steps) {
    const shift = ({ image, window }: View): View => ({
      image,
      window: { ...window, top: window.top + down, left: window.left + right },
    });
    const [deviation] = await deviations('ceil', shift, [crop]);
    t.diagnostic(`${down}, ${right}: ${deviation!.toExponential(1)}`);
    assert.ok(deviation! > 100 * TOLERANCE);
  }
});

test('the judge sees a whole image that begins one pixel late', async () => {
  const late = ({ image, window }: View): View => ({
    image,
    window: { ...window, left: 1, width: window.width - 1 },
  });
  for (const deviation of await deviations('ceil', late, views.slice(0, 4)))
    assert.ok(deviation > 10 * TOLERANCE, `${deviation}`);
});

test('the judge sees channels that are swapped', async () => {
  const swapped = ({ image, window }: View): View => ({
    image: { ...image, data: image.data.map((_, i) => image.data[i - (i % 3) + (2 - (i % 3))]!) },
    window,
  });
  for (const deviation of await deviations('ceil', swapped, views.slice(0, 2)))
    assert.ok(deviation > 100 * TOLERANCE, `${deviation}`);
});
