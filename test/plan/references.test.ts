import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ArtifactType, StageDefinition, TaskDraft } from '../../src/plan/definition.js';
import { describeTask } from '../../src/plan/plan.js';
import { formatPosition } from '../../src/spec/diagnostic.js';
import { Reference, Strict } from '../../src/spec/schema.js';
import { Type } from '../../src/util/type.js';
import { planResult, planSpec } from '../spec/support/plan-spec.js';

interface Parameters {
  readonly size?: number;
  readonly start?: unknown;
}

/** A kind that may refer to its like. */
const grow = kind('grow', 'checkpoint', ({ size = 1 }, start): TaskDraft => ({
  kind: 'grow',
  parameters: { size },
  inputs: start ? { start } : {},
  labels: { size },
}));
const judge = kind('judge', 'scores', (_, start) => ({
  kind: 'judge',
  parameters: {},
  inputs: { start: start! },
  labels: {},
}));

function kind(
  name: string,
  output: ArtifactType,
  draft: (parameters: Parameters, start: TaskDraft | undefined) => TaskDraft,
): StageDefinition<Parameters> {
  return {
    kind: name,
    version: '1',
    description: name,
    schema: Strict({
      kind: Type.Literal(name, { description: name }),
      size: Type.Optional(Type.Integer()),
      start: Type.Optional(Reference('checkpoint', 'Where it starts from.')),
    }),
    output,
    inputs: { start: 'checkpoint' },
    usesEngine: false,
    readsImages: false,
    expand: (parameters, context) => draft(parameters, context.referred('start')?.draft),
  };
}

const kinds = { definitions: [grow, judge] as readonly StageDefinition[], metrics: [] };

const spec = (stages: string) => `title: x\ndata: { kind: embedded }\nstages:\n${stages}`;

async function mistakes(stages: string): Promise<string[]> {
  const planned = await planResult(spec(stages), { kinds });
  assert.ok(!planned.ok);
  return planned.error.diagnostics.map(({ at, message }) => `${formatPosition(at)} ${message}`);
}

async function tasks(stages: string): Promise<string[]> {
  return (await planSpec(spec(stages), { kinds })).plan.tasks.map(describeTask);
}

describe('circles are named in full, once, at a reference that closes them:', () => {
  test('of a stage with itself', async () => {
    assert.deepEqual(await mistakes('  a: { kind: grow, start: a }'), [
      'spec.yaml:4:27 "a" refers to itself.',
    ]);
  });

  test('of two', async () => {
    assert.deepEqual(await mistakes('  a: { kind: grow, start: b }\n  b: { kind: grow, start: a }'), [
      'spec.yaml:5:27 The stages refer to each other in a circle: a -> b -> a.',
    ]);
  });

  test('of three, met from outside', async () => {
    assert.deepEqual(
      await mistakes(
        '  x: { kind: judge, start: a }\n  a: { kind: grow, start: b }\n  b: { kind: grow, start: c }\n  c: { kind: grow, start: a }',
      ),
      ['spec.yaml:7:27 The stages refer to each other in a circle: a -> b -> c -> a.'],
    );
  });

  test('through a group', async () => {
    assert.deepEqual(
      await mistakes(
        '  a: { kind: grow, start: { from: all, where: { size: 1 } } }\n  b: { kind: grow }\ngroups:\n  all: { concat: [b, a] }',
      ),
      ['spec.yaml:7:22 The stages refer to each other in a circle: a -> all -> a.'],
    );
  });
});

test('a reference to a stage of several tasks is refused, and they are listed', async () => {
  assert.deepEqual(
    await mistakes(
      "  a: { kind: grow, matrix: { size: [1, 2] }, size: '${size}' }\n  b: { kind: judge, start: a }",
    ),
    ['spec.yaml:5:28 "a" stands for 2 tasks here, but exactly one is needed: size=1; size=2.'],
  );
});

test('what refers to a wrong stage is not blamed again', async () => {
  assert.deepEqual(
    await mistakes(
      '  a: { kind: grow, start: z }\n  b: { kind: grow, start: a }\n  c: { kind: judge, start: b }',
    ),
    ['spec.yaml:4:27 There is no stage or group "z".'],
  );
});

test('stages may be written in any order; tasks come after what they use', async () => {
  assert.deepEqual(
    await tasks(
      '  c: { kind: judge, start: b }\n  b: { kind: grow, start: a, size: 2 }\n  a: { kind: grow }',
    ),
    ['grow a (size=1)', 'grow b (size=2)', 'judge c'],
  );
});

test('equal drafts of two stages become one task, and so does all that follows from them', async () => {
  assert.deepEqual(
    await tasks(
      '  a: { kind: grow }\n  b: { kind: grow }\n  c: { kind: grow, size: 2 }\n  x: { kind: judge, start: a }\n  y: { kind: judge, start: b }\n  z: { kind: judge, start: c }',
    ),
    ['grow a (size=1)', 'grow c (size=2)', 'judge x', 'judge z'],
  );
});

test('a task is described by kind, by its stage where that says more, and by its labels', async () => {
  assert.deepEqual(await tasks('  grow: { kind: grow }\n  judge: { kind: judge, start: grow }'), [
    'grow (size=1)',
    'judge',
  ]);
});
