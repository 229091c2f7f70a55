/** What people see while they write a spec: the server that most editors use for YAML, with our schema. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LanguageServer, type Position } from './support/language-server.js';
import { ROOT, SHIPPED } from './support/schemas.js';

const MODELINE = '# yaml-language-server: $schema=../../schemas/experiment.schema.json\n';

let server: LanguageServer;
before(async () => {
  server = await LanguageServer.start();
});
after(async () => {
  await server[Symbol.asyncDispose]();
});

let files = 0;

/** Opens a spec that lies nowhere; what comes after `|` is where the cursor is. */
async function open(text: string) {
  const path = join(ROOT, 'experiments/vgg', `unsaved-${++files}.yaml`);
  const [head] = text.split('|') as [string];
  const lines = `${MODELINE}${head}`.split('\n');
  const cursor: Position = { line: lines.length - 1, character: lines.at(-1)!.length };
  const diagnostics = await server.open(path, MODELINE + text.replace('|', ''));
  return {
    /** `line: message`, lines counted from 1 without the modeline's. */
    diagnostics: diagnostics.map(({ range, message }) => `${range.start.line}: ${message}`),
    hover: () => server.hover(path, cursor),
    labels: async () => (await server.complete(path, cursor)).map(({ label }) => label),
    items: () => server.complete(path, cursor),
  };
}

const HEAD = 'title: x\ndata: { kind: embedded }\n';

test('every shipped file is opened without a complaint', async () => {
  const opened = [...SHIPPED].map(async ([path, text]) => {
    const diagnostics = await server.open(join(ROOT, path), text);
    return diagnostics.map(({ range, message }) => `${path}:${range.start.line + 1} ${message}`);
  });
  assert.deepEqual((await Promise.all(opened)).flat(), []);
});

describe('a mistake is underlined where it is', () => {
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'a wrong key': [
      `${HEAD}stages:\n  g: { kind: augment }\n  a:\n    kind: train\n    miror: true\n`,
      ['7: Property miror is not allowed.'],
    ],
    'a key of another kind': [
      `${HEAD}stages:\n  g:\n    kind: augment\n    S: 256\n`,
      ['6: Property S is not allowed.'],
    ],
    'a wrong value': [
      `${HEAD}stages:\n  a:\n    kind: train\n    epochs: many\n`,
      ['6: Incorrect type. Expected "number".'],
    ],
    'a wrong word': [
      `${HEAD}stages:\n  a:\n    kind: train\n    pooling: round\n`,
      ['6: Value is not accepted. Valid values: "ceil", "floor".'],
    ],
    'a stage without a kind': [`${HEAD}stages:\n  a: { net: A }\n`, ['4: Missing property "kind".']],
    'a scale under the crop of the paper': [
      `${HEAD}stages:\n  a:\n    kind: evaluate\n    from: b\n    Q: 100\n`,
      ['7: Value is below the minimum of 224.'],
    ],
    'what is missing, where nothing is extended': [
      'title: x\n',
      ['1: Missing property "stages".', '1: Missing property "data".'],
    ],
    'a wrong key of the whole': [
      `titel: x\n${HEAD}stages: { g: { kind: augment } }\n`,
      ['1: Property titel is not allowed.'],
    ],
    'a wrong key in a profile': [
      `${HEAD}profiles:\n  demo:\n    data: { kind: image-folder, path: x }\nstages: { g: { kind: augment } }\n`,
      ['5: Property path is not allowed.'],
    ],
  };
  for (const [name, [text, expected]] of Object.entries(cases))
    test(name, async () => {
      assert.deepEqual((await open(text)).diagnostics, expected);
    });

  test('an unknown kind, with those that exist and nothing else', async () => {
    const { diagnostics } = await open(`${HEAD}stages:\n  a: { kind: trian, net: A, S: 256 }\n`);
    assert.equal(diagnostics.length, 1);
    assert.match(diagnostics[0]!, /^4: Value is not accepted\. Valid values: "index", .*"train"/);
  });
});

describe('hovering shows what a word means', () => {
  const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
    'a key of a stage': [
      `${HEAD}stages:\n  a: { kind: train, S|: 256 }\n`,
      /^Training scale: smallest side of the rescaled images/,
    ],
    'the same key of another kind': [
      `${HEAD}stages:\n  a: { kind: train-boxes, epo|chs: 3 }\n`,
      /^Passes over the training images/,
    ],
    'a key of the language': [
      `${HEAD}stages:\n  a: { kind: train, mat|rix: { S: [256, 384] } }\n`,
      /^Axes to their alternatives/,
    ],
    'a key whose value is an expression': [
      `${HEAD}stages:\n  a: { kind: train, epo|chs: '\${epochs}' }\n`,
      /^Passes over the training images/,
    ],
    'a kind': [`${HEAD}stages:\n  a: { kind: tra|in }\n`, /`train`: Trains a net\./],
    'a key of a stage whose kind another file says': [
      'extends: nets.yaml\nstages:\n  a: { epo|chs: 3 }\n',
      /^Passes over the training images/,
    ],
    'a key under defaults': [
      `${HEAD}defaults: { train: { wid|th: 1 } }\n`,
      /^Factor on all channel and unit counts/,
    ],
    'a key of the data': [`title: x\ndata: { kind: voc, ta|sk: actions }\n`, /^Which labels are used/],
    'a key of the data in a profile': [
      `${HEAD}profiles: { demo: { data: { kind: voc, ta|sk: actions } } }\n`,
      /^Which labels are used/,
    ],
    'a metric': [
      `${HEAD}tables: { t: { rows: a, columns: [net, to|p1] } }\n`,
      /`top1`: Of scores: Images whose class is not the first guess, per cent\./,
    ],
    'a key of a layer': [`${HEAD}nets: { mine: { layers: [{ kind: lrn, be|ta: 0.75 }] } }\n`, /^Exponent\./],
    'a section': [`${HEAD}gro|ups: { g: { concat: [a] } }\n`, /^Members of several stages under one name/],
  };
  for (const [name, [text, expected]] of Object.entries(cases))
    test(name, async () => {
      assert.match(await (await open(text)).hover(), expected);
    });
});

describe('completion offers', () => {
  const kinds = ['index', 'augment', 'train', 'import', 'evaluate', 'ensemble', 'train-boxes', 'localise'];

  test('the kinds after "kind: ", each with what it does', async () => {
    const items = await (await open(`${HEAD}stages:\n  a:\n    kind: |\n`)).items();
    const labels = items.map(({ label }) => label);
    assert.deepEqual(
      kinds.filter((kind) => !labels.includes(kind)),
      [],
    );
    const { documentation } = items.find(({ label }) => label === 'train')!;
    const text = typeof documentation === 'string' ? documentation : documentation!.value;
    assert.equal(text, 'Trains a net.');
  });

  test('the keys of a train stage inside one, and none of another kind', async () => {
    const labels = await (await open(`${HEAD}stages:\n  a:\n    kind: train\n    net: A\n    |\n`)).labels();
    for (const key of ['S', 'augment', 'epochs', 'init', 'matrix', 'labels'])
      assert.ok(labels.includes(key), `${key} in ${labels.join()}`);
    // "train" begins as "train-boxes" does, and "net" is there already.
    for (const key of ['regression', 'Q', 'from', 'net', 'kind'])
      assert.ok(!labels.includes(key), `${key} in ${labels.join()}`);
  });

  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'the words that say what a stage works on': [
      `${HEAD}stages:\n  a:\n    kind: ensemble\n    |\n`,
      ['from', 'each', 'over', 'by', 'where', 'weights'],
    ],
    'the words of a key': [`${HEAD}stages:\n  a:\n    kind: train\n    pooling: |\n`, ['ceil', 'floor']],
    'the methods of an evaluation': [
      `${HEAD}stages:\n  a:\n    kind: evaluate\n    method: |\n`,
      ['dense', 'multi-crop', 'ten-crop'],
    ],
    'the nets': [`${HEAD}stages:\n  a:\n    kind: train\n    net: |\n`, ['A', 'A-LRN', 'B', 'C', 'D', 'E']],
    'axes and metrics among columns': [
      `${HEAD}tables:\n  t:\n    rows: a\n    columns:\n      - |\n`,
      ['net', 'S', 'Q', 'method', 'top1', 'top5'],
    ],
    'columns on one line': [`${HEAD}tables:\n  t: { rows: a, columns: [net, |] }\n`, ['Q', 'top1', 'top5']],
    'the keys of a table': [
      `${HEAD}tables:\n  t:\n    rows: a\n    |\n`,
      ['columns', 'paper', 'paperRows', 'join', 'over'],
    ],
    'kinds of image sets': [
      'title: x\ndata:\n  kind: |\n',
      ['image-folder', 'csv', 'embedded', 'ilsvrc2012', 'tiny-imagenet', 'cifar', 'voc', 'caltech'],
    ],
    'the keys of an image set': ['title: x\ndata:\n  kind: image-folder\n  |\n', ['root', 'name', 'expect']],
    'kinds of layers': [
      `${HEAD}nets:\n  mine:\n    layers:\n      - kind: |\n`,
      ['conv', 'pool', 'lrn', 'fc'],
    ],
    'the sections': [`${HEAD}|\n`, ['extends', 'stages', 'tables', 'profiles', 'limits', 'defaults']],
    'what a profile sets': [
      `${HEAD}profiles:\n  demo:\n    |\n`,
      ['vars', 'data', 'scales', 'limits', 'description'],
    ],
    'what a profile says of the images': [
      `${HEAD}profiles:\n  demo:\n    data:\n      kind: image-folder\n      |\n`,
      ['root', 'name'],
    ],
    'the keys of a stage whose kind another file says': [
      'extends: nets.yaml\nstages:\n  a:\n    epochs: 3\n    |\n',
      ['S', 'Q', 'matrix', 'kind'],
    ],
  };
  for (const [name, [text, expected]] of Object.entries(cases))
    test(name, async () => {
      const labels = await (await open(text)).labels();
      const missing = expected.filter((label) => !labels.includes(label));
      assert.deepEqual(missing, [], `offered are ${labels.join()}`);
    });
});
