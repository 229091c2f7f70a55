/** What a plan says of parameters and multiply-adds, against numbers that others have counted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Task } from '../../src/plan/plan.js';
import { planSpec } from '../spec/support/plan-spec.js';

const IMAGES = { train: 1000, val: 10 };

const spec = (
  net: string,
  expect = `, expect: { classes: 1000, train: ${IMAGES.train}, val: ${IMAGES.val} }`,
) => `title: Costs
data: { kind: image-folder, name: pets, root: images${expect} }
stages:
  augmented: { kind: augment }
  a: { kind: train, net: ${net}, S: 256, augment: augmented, epochs: 74 }
  scores: { kind: evaluate, from: a, Q: 256 }
  ensemble: { kind: ensemble, over: scores, by: [] }
`;

async function task(kind: string, text: string, sets: readonly string[] = []): Promise<Task> {
  return (await planSpec(text, { sets })).plan.tasks.find((one) => one.kind === kind)!;
}

/** Parameters and 10^9 multiply-adds at 224 px, as torchvision lists them for vgg11, vgg13, vgg16 and vgg19. */
const TORCHVISION: Readonly<Record<string, readonly [parameters: number, giga: number]>> = {
  A: [132_863_336, 7.61],
  B: [133_047_848, 11.31],
  D: [138_357_544, 15.47],
  E: [143_667_240, 19.63],
};

describe('a net of the paper has the parameters and multiply-adds that torchvision lists:', () => {
  for (const [net, [parameters, giga]] of Object.entries(TORCHVISION)) {
    test(net, async () => {
      const { cost } = await task('train', spec(net));
      assert.equal(cost.netParameters, parameters);
      // Forward once and backward twice over every image, 74 times.
      const forward = cost.multiplyAdds! / (3 * 74 * IMAGES.train) / 1e9;
      assert.ok(Math.abs(forward - giga) <= 0.005, `${forward} G are not ${giga} G`);
      assert.equal(cost.images, 74 * IMAGES.train);
    });
  }
});

test('a dense evaluation at the crop is two passes of the net an image, and one without the mirror image', async () => {
  const multiplyAdds = async (...sets: readonly string[]) =>
    (await task('evaluate', spec('A'), sets)).cost.multiplyAdds! / IMAGES.val;
  const crop = await multiplyAdds('stages.scores.Q=224');
  assert.ok(Math.abs(crop / 2e9 - TORCHVISION['A']![1]) <= 0.005);
  assert.equal(await multiplyAdds('stages.scores.Q=224', 'stages.scores.mirror=false'), crop / 2);
  // Crops are of one size, whatever Q is: 25 and their mirrors.
  assert.equal(await multiplyAdds('stages.scores.method=multi-crop', 'stages.scores.Q=384'), 25 * crop);
  assert.ok((await multiplyAdds('stages.scores.Q=384')) > 2 * crop);
});

test('a limit bounds the images, and an average of scores costs no pass of a net', async () => {
  const images = async (limit: number) =>
    (await task('evaluate', spec('A'), [`limits.val=${limit}`])).cost.images;
  assert.deepEqual([await images(4), await images(400)], [4, IMAGES.val]);
  // Posteriors and their logarithms of 1,000 classes, in float32.
  const bytes = 8 * IMAGES.val * 1000;
  assert.deepEqual((await task('mean', spec('A'))).cost, { bytes });
  assert.equal((await task('evaluate', spec('A'))).cost.bytes, bytes);
});

test('what depends on numbers of the set that nobody told is left out, and not taken as 0', async () => {
  assert.deepEqual(Object.keys((await task('train', spec('A', ', expect: { classes: 1000 }'))).cost), [
    'netParameters',
    'bytes',
  ]);
  assert.deepEqual((await task('train', spec('A', ''))).cost, {});
});

test('a search for the best subset says beforehand what it adds up', async () => {
  const text = `${spec('A').replace('from: a, Q: 256', "from: a, matrix: { Q: [256, 288, 320] }, Q: '\${Q}'")}  best: { kind: best-ensemble, over: scores, by: [] }\n`;
  const { cost } = await task('best-ensemble', text);
  // Seven subsets of three matrices, each of half the images and 1,000 classes.
  assert.deepEqual(cost, { multiplyAdds: 7 * (IMAGES.val / 2) * 1000 });
});

test('the classes that an imported net names count where nobody tells those of the images', async () => {
  const text = (classes: string) =>
    `title: x\ndata: { kind: image-folder, name: pets, root: images, expect: { train: 10, val: 10 } }\nstages:\n  net: { kind: import, net: A, S: 256, file: a.pth${classes} }\n  scores: { kind: evaluate, from: net, Q: 256 }\n`;
  const { cost } = await task('evaluate', text(', classes: [cat, dog]'));
  assert.ok(cost.multiplyAdds! > 0);
  assert.ok(!Object.values(cost).some(Number.isNaN));
});
