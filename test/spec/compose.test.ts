import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { describe, test } from 'node:test';
import { formatPosition } from '../../src/spec/diagnostic.js';
import { locate } from '../../src/spec/located.js';
import type { ResolvedSpec } from '../../src/spec/load.js';
import { FOLDER, loaded, memberValues } from './support/plan-spec.js';

const SPEC = `title: Composition
vars: { epochs: 1, flip: true, set: base-set, at: 0.5 }
data: { kind: embedded, name: '\${set}' }
limits: { train: 1, val: 2 }
profiles:
  demo: { limits: { val: 20 } }
  smoke:
    vars: { epochs: 10 }
    limits: { train: 10 }
    scales: { crop: 64, map: { 256: 96 } }
  folder: { data: { kind: image-folder, root: ~/images } }
stages:
  augmented: { kind: augment, mirror: '\${flip}' }
  a:
    kind: train
    net: A
    S: 256
    augment: augmented
    epochs: '\${ epochs }'
    schedule: { kind: steps, at: ['\${at}', 0.9] }
`;

const at = ({ tree }: ResolvedSpec, path: string) => formatPosition(locate(tree, path.split('.'))!.value.at);

describe('precedence', () => {
  test('without a profile "demo" and without --set, the spec is as written', async () => {
    const spec = await loaded(SPEC.replace('demo:', 'other:'));
    assert.equal(spec.profile, undefined);
    assert.deepEqual(spec.values.limits, { train: 1, val: 2 });
  });

  test('the profile "demo" is taken where none is asked for', async () => {
    const spec = await loaded(SPEC);
    assert.equal(spec.profile, 'demo');
    assert.deepEqual(spec.values.limits, { train: 1, val: 20 });
  });

  test('a profile wins over the spec, key by key', async () => {
    const spec = await loaded(SPEC, { profile: 'smoke' });
    assert.equal(spec.profile, 'smoke');
    assert.deepEqual(spec.values.limits, { train: 10, val: 2 });
    assert.deepEqual(spec.values.scales, { crop: 64, map: { 256: 96 } });
  });

  test('--set wins over the profile, and the later --set over the earlier', async () => {
    const sets = ['limits.train=100', 'limits.train=200'];
    const spec = await loaded(SPEC, { profile: 'smoke', sets });
    assert.deepEqual(spec.values.limits, { train: 200, val: 2 });
  });

  test('--set may set what the spec leaves to its default', async () => {
    const spec = await loaded(SPEC, { sets: ['scales.crop=96', 'stages.a.seed=7'] });
    assert.equal(spec.values.scales.crop, 96);
    assert.deepEqual(locate(spec.tree, ['stages', 'a', 'seed'])?.value, {
      kind: 'scalar',
      value: 7,
      at: { file: '--set stages.a.seed=7', line: 1, column: 1, length: 1 },
    });
  });

  test('lists are replaced, not joined', async () => {
    const spec = await loaded(SPEC, { sets: ['stages.a.schedule.at=[0.25]'] });
    const { schedule } = await memberValues(SPEC, 'a', { sets: ['stages.a.schedule.at=[0.25]'] });
    assert.ok(spec);
    assert.deepEqual(schedule, {
      kind: 'steps',
      at: [0.25],
      factor: 0.1,
    });
  });

  test('a map of another kind is replaced whole: no key of the old kind stays behind', async () => {
    const spec = await loaded(SPEC, { profile: 'folder' });
    assert.deepEqual(spec.values.data, { kind: 'image-folder', root: '~/images', badImages: 'stop' });
  });
});

describe('variables', () => {
  test('stand in maps, in lists and in data, and keep their types', async () => {
    const { values } = await loaded(SPEC);
    assert.equal(values.data.name, 'base-set');
    const augmented = await memberValues(SPEC, 'augmented');
    assert.deepEqual(augmented, {
      kind: 'augment',
      mirror: true,
      crop: 'random',
      colour: 'pca',
      colourSd: 0.1,
    });
    const { epochs, schedule } = await memberValues(SPEC, 'a');
    assert.equal(epochs, 1);
    assert.deepEqual(schedule, { kind: 'steps', at: [0.5, 0.9], factor: 0.1 });
  });

  test('take the value of the profile, and that of --set before it', async () => {
    const epochs = async (sets: readonly string[]) =>
      (await memberValues(SPEC, 'a', { profile: 'smoke', sets }))['epochs'];
    assert.equal(await epochs([]), 10);
    assert.equal(await epochs(['vars.epochs=0.5']), 0.5);
  });

  test('may be named in --set', async () => {
    const { momentum } = await memberValues(SPEC, 'a', { sets: ['stages.a.momentum=${at}'] });
    assert.equal(momentum, 0.5);
  });
});

describe('every value knows where it was written', () => {
  test('in the spec, in the profile, on the command line, or where its variable got it', async () => {
    const spec = await loaded(SPEC, { profile: 'smoke', sets: ['stages.a.seed=7', 'vars.at=0.25'] });
    const places = {
      'limits.val': 'spec.yaml:4:26',
      'limits.train': 'spec.yaml:9:22',
      'scales.map.256': 'spec.yaml:10:37',
      'stages.a.seed': '--set stages.a.seed=7:',
      'stages.a.epochs': 'spec.yaml:8:21',
      'stages.a.schedule.at.0': '--set vars.at=0.25:',
      'stages.a.schedule.at.1': 'spec.yaml:20:44',
      'data.name': 'spec.yaml:2:37',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(places).map((path) => [path, at(spec, path)])), places);
  });

  test('a folder is sought where its name was written: beside the spec, or from where the user stands', async () => {
    const root = async (text: string, sets: readonly string[] = []) =>
      (await loaded(text, { sets })).data.root;
    const spec = (images: string) =>
      `title: x\nvars: { dir: pets }\ndata: { kind: image-folder, root: ${images} }\nstages: { a: { kind: augment } }\n`;
    assert.equal(await root(spec('pets')), `${FOLDER}/pets`);
    assert.equal(await root(spec('/data/pets')), '/data/pets');
    assert.equal(await root(spec('~/pets')), `${homedir()}/pets`);
    assert.equal(await root(spec("'~'")), homedir());
    assert.equal(await root(spec('pets'), ['data.root=../cats']), '/home/user/cats');
    assert.equal(await root(spec("'${dir}'")), `${FOLDER}/pets`);
  });
});
