import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import type { ArtifactType, StageDefinition, TaskDraft } from '../../src/plan/definition.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { describeTask } from '../../src/plan/plan.js';
import { formatPosition } from '../../src/spec/diagnostic.js';
import type { ResolvedSpec } from '../../src/spec/load.js';
import { toPlain } from '../../src/spec/located.js';
import { parseYaml } from '../../src/spec/parse.js';
import { Reference, Strict } from '../../src/spec/schema.js';
import type { ExperimentSpec } from '../../src/spec/schema.js';

/** A kind that may refer to its like, which no kind of ours does yet, and stands for `count` tasks. */
const grow = kind('grow', 'checkpoint', ({ count = 1, size = 1 }, from): TaskDraft[] =>
  Array.from({ length: Number(count) }, (_, i) => ({
    kind: 'grow',
    parameters: { size, i },
    inputs: from ? { from } : {},
    labels: { size: Number(size), i },
  })),
);
const judge = kind('judge', 'scores', (_, from) => [
  { kind: 'judge', parameters: {}, inputs: { from: from! }, labels: {} },
]);

function kind(
  name: string,
  output: ArtifactType,
  drafts: (parameters: Readonly<Record<string, unknown>>, from: TaskDraft | undefined) => TaskDraft[],
): StageDefinition<Readonly<Record<string, unknown>>> {
  return {
    kind: name,
    version: '1',
    description: name,
    schema: Strict({
      kind: Type.Literal(name, { description: name }),
      from: Type.Optional(Reference('checkpoint', 'Where it starts from.')),
    }),
    output,
    inputs: { from: 'checkpoint' },
    usesEngine: false,
    readsImages: false,
    expand: (parameters, context) =>
      drafts(parameters, parameters['from'] === undefined ? undefined : context.from('from')),
  };
}

const definitions = new Map([grow, judge].map((d) => [d.kind, d as StageDefinition]));

function plan(stages: string) {
  const parsed = parseYaml('spec.yaml', `stages:\n${stages}`);
  assert.ok(parsed.ok);
  const tree = parsed.value;
  const values = {
    title: 'x',
    data: { kind: 'embedded' },
    limits: {},
    scales: { crop: 224 },
    ...(toPlain(tree) as object),
  };
  const spec: ResolvedSpec = {
    name: 'spec',
    file: 'spec.yaml',
    profile: undefined,
    values: values as ExperimentSpec,
    tree,
    paperTables: new Map(),
    dataRoot: undefined,
  };
  return makePlan(spec, definitions);
}

function mistakes(stages: string): string[] {
  const planned = plan(stages);
  assert.ok(!planned.ok);
  return planned.error.map(({ at, message, help }) =>
    `${formatPosition(at)} ${message} ${help ?? ''}`.trim(),
  );
}

function tasks(stages: string): string[] {
  const planned = plan(stages);
  assert.ok(planned.ok);
  return planned.value.tasks.map(describeTask);
}

describe('circles are named in full, once, at a reference that closes them:', () => {
  test('of a stage with itself', () => {
    assert.deepEqual(mistakes('  a: { kind: grow, from: a }'), [
      'spec.yaml:2:26 The stages refer to each other in a circle: a -> a.',
    ]);
  });

  test('of two', () => {
    assert.deepEqual(mistakes('  a: { kind: grow, from: b }\n  b: { kind: grow, from: a }'), [
      'spec.yaml:3:26 The stages refer to each other in a circle: a -> b -> a.',
    ]);
  });

  test('of two, met from outside', () => {
    assert.deepEqual(
      mistakes('  x: { kind: judge, from: a }\n  a: { kind: grow, from: b }\n  b: { kind: grow, from: a }'),
      ['spec.yaml:4:26 The stages refer to each other in a circle: a -> b -> a.'],
    );
  });
});

test('a reference to a stage of several tasks is refused, and they are listed', () => {
  assert.deepEqual(mistakes('  a: { kind: grow, count: 2 }\n  b: { kind: judge, from: a }'), [
    'spec.yaml:3:27 The stage "a" stands for 2 tasks, but one is needed here: size=1 i=0; size=1 i=1.',
  ]);
});

test('what refers to a wrong stage is not blamed again', () => {
  assert.deepEqual(
    mistakes('  a: { kind: grow, from: z }\n  b: { kind: grow, from: a }\n  c: { kind: judge, from: b }'),
    ['spec.yaml:2:26 There is no stage "z". Did you mean "a"?'],
  );
});

test('stages may be written in any order; tasks come after what they use', () => {
  assert.deepEqual(
    tasks('  c: { kind: judge, from: b }\n  b: { kind: grow, from: a, size: 2 }\n  a: { kind: grow }'),
    ['grow a (size=1 i=0)', 'grow b (size=2 i=0)', 'judge c'],
  );
});

test('equal drafts of two stages become one task, and so does all that follows from them', () => {
  assert.deepEqual(
    tasks(
      '  a: { kind: grow }\n  b: { kind: grow }\n  c: { kind: grow, size: 2 }\n  x: { kind: judge, from: a }\n  y: { kind: judge, from: b }\n  z: { kind: judge, from: c }',
    ),
    ['grow a (size=1 i=0)', 'grow c (size=2 i=0)', 'judge x', 'judge z'],
  );
});

test('a task is described by kind, by its stage where that says more, and by its labels', () => {
  assert.deepEqual(tasks('  grow: { kind: grow }\n  judge: { kind: judge, from: grow }'), [
    'grow (size=1 i=0)',
    'judge',
  ]);
});
