import assert from 'node:assert/strict';
import test from 'node:test';
import type { ExpandContext, TaskDraft } from '../../src/plan/definition.js';
import { realScale } from '../../src/spec/scales.js';
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
function context(map: Readonly<Record<string, number>> = { 256: 96 }) {
  const mistakes: string[] = [];
  const expand: ExpandContext = {
    images: index,
    crop: 64,
    realScale: (paperPx) => realScale({ crop: 64, map }, paperPx),
    from: (parameter) => ({ augment: augmentation, from: checkpoint })[parameter]!,
    mistake: (parameter, message) => mistakes.push(`${parameter}: ${message}`),
  };
  return { expand, mistakes };
}

const train = {
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
} as const;

test('a training becomes one task with real px in its parameters and the paper’s px in its labels', () => {
  const { expand, mistakes } = context();
  const [task, ...more] = trainDefinition.expand(train, expand);
  const { kind, augment, ...asked } = train;
  assert.deepEqual(more, []);
  assert.deepEqual(task, {
    kind,
    parameters: { ...asked, S: 96, crop: 64 },
    inputs: { index: index('train'), augmentation },
    labels: { net: 'A', S: 256 },
  });
  assert.equal(augment in task.parameters, false);
  assert.deepEqual(mistakes, []);
});

test('specs that differ in the paper’s px alone ask for the same task', () => {
  const first = trainDefinition.expand(train, context({ 256: 96 }).expand)[0]!;
  const other = trainDefinition.expand({ ...train, S: 384 }, context({ 384: 96 }).expand)[0]!;
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

const evaluate = { kind: 'evaluate', from: 'a', Q: 256, method: 'dense', mirror: true } as const;

test('an evaluation becomes one task at the real Q, labelled by its net, S and the paper’s Q', () => {
  const { expand, mistakes } = context();
  assert.deepEqual(evaluateDefinition.expand(evaluate, expand), [
    {
      kind: 'evaluate',
      parameters: { Q: 96, method: 'dense', mirror: true },
      inputs: { index: index('val'), checkpoint },
      labels: { net: 'A', S: 256, Q: 256, method: 'dense' },
    },
  ]);
  assert.deepEqual(mistakes, []);
});

test('Q below the crop is a mistake at Q', () => {
  const { expand, mistakes } = context({ 256: 63 });
  evaluateDefinition.expand(evaluate, expand);
  assert.deepEqual(mistakes, ['Q: Q = 256 is 63 px here, less than the crop of 64 px.']);
});

test('an augmentation reads the training images, and an index is the task that the plan implies', () => {
  const { expand } = context();
  assert.deepEqual(augmentDefinition.expand({ kind: 'augment', crop: 'random', mirror: true }, expand), [
    {
      kind: 'augment',
      parameters: { crop: 'random', mirror: true },
      inputs: { index: index('train') },
      labels: {},
    },
  ]);
  assert.deepEqual(indexDefinition.expand({ split: 'val' }, expand), [index('val')]);
});
