import { USUAL_RESCALING } from '../../src/image/rescale.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ExpandContext, TaskDraft } from '../../src/plan/definition.js';
import { parseRange } from '../../src/spec/range.js';
import { realScale } from '../../src/spec/scales.js';
import type { ScaleSpec } from '../../src/spec/schema.js';
import { augmentDefinition } from '../../src/stages/augment/definition.js';
import { evaluateDefinition } from '../../src/stages/evaluate/definition.js';
import { indexDefinition } from '../../src/stages/index/definition.js';
import { trainDefinition } from '../../src/stages/train/definition.js';

const index = (split: string): TaskDraft => ({
  kind: 'index',
  parameters: { split },
  inputs: {},
  labels: {},
});
const augmentation: TaskDraft = { kind: 'augment', parameters: {}, inputs: {}, labels: {} };
const checkpoint: TaskDraft = { kind: 'train', parameters: {}, inputs: {}, labels: { net: 'A', S: 256 } };

/** A crop of 64 px, where 256 px of the paper are 96. */
function context(map: Readonly<Record<string, number>> = { 256: 96 }, net = 'A') {
  const mistakes: string[] = [];
  const real = (px: number) => realScale({ crop: 64, map }, px);
  const expand: ExpandContext = {
    images: index,
    crop: 64,
    workers: 1,
    realScale: <S extends ScaleSpec>(px: S) => {
      const range = parseRange(px);
      return (range ? `${real(range.min)}..${real(range.max)}` : real(Number(px))) as S;
    },
    subjects: [{ draft: checkpoint, labels: checkpoint.labels }],
    referred: (parameter) => (parameter === 'augment' ? { draft: augmentation, labels: {} } : undefined),
    net: () => ({ net }),
    mistake: (parameter, message) => mistakes.push(`${parameter}: ${message}`),
  };
  return { expand, mistakes };
}

const train: Parameters<typeof trainDefinition.expand>[0] = {
  kind: 'train',
  net: 'A',
  width: 0.25,
  pooling: 'ceil',
  S: 256,
  augment: 'augmented',
  initialisation: 'he',
  epochs: 2,
  batch: 32,
  rate: 0.01,
  schedule: { kind: 'steps', at: [0.7], factor: 0.1 },
  momentum: 0.9,
  weightDecay: 5e-4,
  dropout: 0.5,
  precision: 'float32',
  seed: 1,
  fineTune: 'all',
  watch: 'none',
  heldOut: 0.05,
};

test('a training becomes one task with real px in its parameters and the paper’s px in its labels', () => {
  const { expand, mistakes } = context();
  const task = trainDefinition.expand(train, expand);
  const { kind, augment: _, ...asked } = train;
  assert.deepEqual(task, {
    kind,
    parameters: { ...asked, S: 96, crop: 64 },
    inputs: { index: index('train'), augmentation },
    labels: { net: 'A', S: 256 },
  });
  assert.equal('augment' in task.parameters, false);
  assert.deepEqual(mistakes, []);
});

test('specs that differ in the paper’s px alone ask for the same task', () => {
  const first = trainDefinition.expand(train, context({ 256: 96 }).expand);
  const other = trainDefinition.expand({ ...train, S: 384 }, context({ 384: 96 }).expand);
  assert.deepEqual(other.parameters, first.parameters);
});

test('S below the crop is a mistake at S, with both numbers', () => {
  const { expand, mistakes } = context({ 256: 60 });
  trainDefinition.expand(train, expand);
  assert.deepEqual(mistakes, ['S: S = 256 is 60 px here, less than the crop of 64 px.']);
});

test('S at the crop is allowed', () => {
  const { expand, mistakes } = context({ 256: 64 });
  trainDefinition.expand(train, expand);
  assert.deepEqual(mistakes, []);
});

test('a range of training scales becomes a range of real px, and one the wrong way round is refused', () => {
  const { expand, mistakes } = context({ 256: 96, 512: 160 });
  const task = trainDefinition.expand({ ...train, S: '256..512' }, expand);
  assert.equal(task.parameters['S'], '96..160');
  assert.equal(task.labels['S'], '256..512');
  trainDefinition.expand({ ...train, S: '512..256' }, expand);
  assert.deepEqual(mistakes, ['S: S = 512..256 is no range: its first number must be the smaller one.']);
});

const evaluate = {
  kind: 'evaluate',
  Q: 256,
  method: 'dense',
  mirror: true,
  mapAverage: 'scores',
  ...USUAL_RESCALING,
  average: 'posteriors',
  precision: 'float32',
} as const;
const scoresAt = (Q: number, paperQ: number, method: string) => ({
  kind: 'evaluate',
  parameters: {
    Q,
    method,
    mirror: true,
    ...USUAL_RESCALING,
    ...(method === 'dense' && { mapAverage: 'scores' }),
  },
  inputs: { index: index('val'), checkpoint },
  labels: { Q: paperQ, method },
});

test('an evaluation at one scale becomes one task at the real Q, labelled by the paper’s Q', () => {
  const { expand, mistakes } = context();
  assert.deepEqual(evaluateDefinition.expand(evaluate, expand), scoresAt(96, 256, 'dense'));
  assert.deepEqual(mistakes, []);
});

test('an evaluation at several scales by two methods is the mean of one task for each', () => {
  const { expand } = context({ 256: 96, 384: 128 });
  const method = 'multi-crop & dense';
  const task = evaluateDefinition.expand({ ...evaluate, Q: [256, 384], method }, expand);
  const { scores } = task.inputs as { scores: readonly TaskDraft[] };
  const [multi, dense] = (['multi-crop', 'dense'] as const).map((single) => [
    scoresAt(96, 256, single),
    scoresAt(128, 384, single),
  ]);
  // In an order of their own, whatever order the scales are named in.
  assert.deepEqual(new Set(scores), new Set([...multi!, ...dense!]));
  assert.deepEqual(task, {
    kind: 'mean',
    parameters: {},
    inputs: { scores },
    labels: { Q: [256, 384], method },
  });
});

test('an average of logits is a task of its own, also at one scale', () => {
  const { expand, mistakes } = context();
  assert.deepEqual(evaluateDefinition.expand({ ...evaluate, average: 'logits' }, expand), {
    kind: 'mean',
    parameters: { of: 'logits-of-views' },
    inputs: { scores: [scoresAt(96, 256, 'dense')] },
    labels: { Q: 256, method: 'dense' },
  });
  assert.deepEqual(mistakes, []);
});

test('what is averaged over positions makes no other task of a method that sees one position', () => {
  const { expand } = context();
  const crops = { ...evaluate, method: 'multi-crop' } as const;
  assert.deepEqual(
    evaluateDefinition.expand({ ...crops, mapAverage: 'posteriors' }, expand),
    evaluateDefinition.expand(crops, expand),
  );
});

test('Q below the crop is a mistake at Q', () => {
  const { expand, mistakes } = context({ 256: 63 });
  evaluateDefinition.expand(evaluate, expand);
  assert.deepEqual(mistakes, ['Q: Q = 256 is 63 px here, less than the crop of 64 px.']);
});

test('an augmentation reads the training images, and an index is the task that the plan implies', () => {
  const { expand } = context();
  assert.deepEqual(
    augmentDefinition.expand(
      { kind: 'augment', crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 },
      expand,
    ),
    {
      kind: 'augment',
      parameters: { crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 },
      inputs: { index: index('train') },
      labels: {},
    },
  );
  assert.deepEqual(indexDefinition.expand({ split: 'val' }, expand), index('val'));
});
