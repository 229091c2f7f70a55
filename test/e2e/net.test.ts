/** `stagecraft net`: what Tables 1 and 2 say of the nets, and Sect. 2.3 argues. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { NET_NAMES } from '../../src/nn/nets.js';
import { stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';

async function net(...args: readonly string[]) {
  await using scratch = await Scratch.make();
  const finished = await stagecraft(scratch.folder, 'net', ...args);
  assert.deepEqual(await readdir(scratch.folder), []);
  return finished;
}

async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await net(...args);
  assert.equal(status, 0, stderr);
  return stdout;
}

interface Facts {
  readonly net: string;
  readonly weightLayers: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly filter: number | null;
    readonly output: readonly number[];
    readonly receptiveField: object | null;
    readonly parameters: number;
    readonly multiplyAdds: number;
  }[];
}

test('net D is printed layer by layer, with sums and the argument for small filters', async () => {
  const text = await said('D');
  assert.match(text, /^Net D at width 1, crop 224 px, 1000 classes, pools rounding up\.$/m);
  for (const line of [
    /^conv1_1 +conv +3x3 +224 x 224 x 64 +3 px +1 px +1,792 +86,704,128$/m,
    /^conv5_3 +conv +3x3 +14 x 14 x 512 +196 px +16 px +2,359,808 +462,422,016$/m,
    /^pool5 +pool +2x2 +7 x 7 x 512 +212 px +32 px$/m,
    /^fc6 +fc +7x7 +1 x 1 x 4096 +404 px +32 px +102,764,544 +102,760,448$/m,
    /^16 weight layers, 138,357,544 parameters, 15,470,264,320 multiply-adds for one crop of 224 px\.$/m,
    /^conv5_1 to conv5_3 +3x3, 3x3, 3x3 +7x7 +27 C\^2 against 49 C\^2 +81% more +3 against 1 +7,077,888 against 12,845,056$/m,
    /^conv1_1 to conv1_2 +3x3, 3x3 +5x5 +18 C\^2 against 25 C\^2 +39% more +2 against 1 +38,592 against 4,800$/m,
  ])
    assert.match(text, line);
});

test('of a net without stacks nothing is said of stacks, and a normalisation has no filter', async () => {
  assert.doesNotMatch(await said('B-5x5'), /Sect\. 2\.3/);
  assert.match(await said('A-LRN'), /^lrn1_1 +lrn +224 x 224 x 64 +3 px +1 px$/m);
});

test('all nets have the weight layers and the parameters of Tables 1 and 2', async () => {
  const { nets } = JSON.parse(await said('--json')) as { readonly nets: readonly Facts[] };
  assert.deepEqual(
    nets.map((facts) => facts.net),
    NET_NAMES,
  );
  const of = (facts: Facts) => [facts.weightLayers, facts.parameters] as const;
  assert.deepEqual(Object.fromEntries(nets.map((facts) => [facts.net, of(facts)])), {
    A: [11, 132_863_336],
    'A-LRN': [11, 132_863_336],
    B: [13, 133_047_848],
    C: [16, 133_638_952],
    D: [16, 138_357_544],
    E: [19, 143_667_240],
    'B-5x5': [8, 134_503_528],
  });
  const text = await said();
  assert.match(text, /^ +A +A-LRN +B +C +D +E +B-5x5$/m);
  assert.match(text, /^weight layers +11 +11 +13 +16 +16 +19 +8$/m);
  assert.match(text, /^parameters +133 M +133 M +133 M +134 M +138 M +144 M +135 M$/m);
  assert.match(text, /^ +conv1-256 +conv3-256 +conv3-256$/m);
});

test('sums are those of the layers, at any width, crop, size, number of classes and rounding', async () => {
  const args = ['--width', '1/16', '--crop', '64', '--px', '75', '--classes', '20', '--pooling', 'floor'];
  const facts = JSON.parse(await said('C', ...args, '--json')) as Facts & Readonly<Record<string, unknown>>;
  assert.deepEqual(
    [facts['width'], facts['crop'], facts['px'], facts['classes'], facts['pooling']],
    [1 / 16, 64, 75, 20, 'floor'],
  );
  const sum = (of: 'parameters' | 'multiplyAdds') =>
    facts.layers.reduce((total, layer) => total + layer[of], 0);
  assert.equal(sum('parameters'), facts.parameters);
  assert.equal(sum('multiplyAdds'), facts.multiplyAdds);
  const { name, filter, output, receptiveField } = facts.layers.find((layer) => layer.name === 'pool2')!;
  assert.deepEqual([name, filter, output], ['pool2', 2, [18, 18, 8]]);
  assert.deepEqual(receptiveField, { side: 16, stride: 4, start: -6 });
  assert.deepEqual(facts.layers.at(-1)!.output, [1, 1, 20]);
  const up = JSON.parse(await said('C', ...args.slice(0, -2), '--json')) as Facts;
  assert.deepEqual(up.layers.at(-1)!.output, [2, 2, 20]);
});

for (const [sentence, args, message] of [
  [
    'an unknown net is answered by the nearest one and by all',
    ['A-LNR'],
    /no net "A-LNR"\. Did you mean "A-LRN"\? Nets: A, A-LRN, B, C, D, E, B-5x5\./,
  ],
  ['a net that is like none is answered by all', ['resnet'], /no net "resnet"\. Nets: A, /],
  ['two nets at once are refused', ['A', 'B'], /One net at a time/],
  ['a width of nothing is refused', ['A', '--width', '0'], /--width 0: must be a number above 0, up to 8/],
  ['a width that divides by nothing is refused', ['A', '--width', '1/0'], /--width 1\/0: must be/],
  ['a width that is no number is refused', ['A', '--width', 'half'], /--width half: must be/],
  [
    'a crop that the pools leave nothing of is refused',
    ['--crop', '31'],
    /--crop 31: must be a whole number from 32/,
  ],
  ['a crop in parts of pixels is refused', ['A', '--crop', '224.5'], /--crop 224\.5: must be a whole number/],
  [
    'an image smaller than the crop is refused',
    ['A', '--px', '223'],
    /--px 223: must be a whole number from 224 \(the crop\)/,
  ],
  ['no classes are refused', ['A', '--classes', '0'], /--classes 0: must be a whole number from 1/],
  [
    'an unknown rounding is answered by those that exist',
    ['A', '--pooling', 'up'],
    /--pooling up: must be ceil or floor/,
  ],
] as const) {
  test(`${sentence}, with status 2`, async () => {
    const { status, stdout, stderr } = await net(...args);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}
