/** Two stage kinds that take no time: `number` writes one, `sum` adds what it reads. */
import { Type } from 'typebox';
import type { StageDefinition } from '../../src/plan/definition.js';
import type { Plan, Task } from '../../src/plan/plan.js';
import { recipeOf } from '../../src/plan/recipe.js';
import { breathe, Stage, type StageTask, TaskError } from '../../src/run/stage.js';
import { Reference, Strict } from '../../src/spec/schema.js';

export const VALUE_FILE = 'value.json';

export interface NumberParameters {
  readonly value: number;
  /** What it does besides: nothing, fail, wait until it is asked to stop. */
  readonly act?: 'fail' | 'wait';
}

const common = { version: '1', output: 'checkpoint', usesEngine: false, readsImages: false } as const;

const numberSchema = Strict({ kind: Type.Literal('number'), value: Type.Number() });

const sumSchema = Strict({
  kind: Type.Literal('sum'),
  left: Reference('checkpoint', 'A term.'),
  right: Reference('checkpoint', 'Another.'),
});

export const TOY_DEFINITIONS: readonly StageDefinition[] = [
  {
    ...common,
    kind: 'number',
    description: 'writes a number',
    schema: numberSchema,
    inputs: {},
    expand: ({ value }: { value: number }) => ({
      kind: 'number',
      parameters: { value },
      inputs: {},
      labels: {},
    }),
  },
  {
    ...common,
    kind: 'sum',
    description: 'adds two numbers',
    schema: sumSchema,
    inputs: { terms: 'checkpoint' },
    expand: (_: unknown, context) => ({
      kind: 'sum',
      parameters: {},
      inputs: { terms: ['left', 'right'].map((term) => context.referred(term)!.draft) },
      labels: {},
    }),
  },
] as readonly StageDefinition[];

export class NumberStage extends Stage<NumberParameters> {
  readonly kind = 'number';
  readonly #space: string;

  /** @param space written after the number: other bits of the same value */
  constructor(space = '') {
    super();
    this.#space = space;
  }

  async run({ parameters, output, reporter, signal }: StageTask<NumberParameters>): Promise<void> {
    const { value, act } = parameters;
    reporter.metric('value', value, 0);
    reporter.progress(1, 2, 'steps');
    if (act === 'fail') throw new TaskError(`The number ${value} is refused.`);
    while (act === 'wait') await breathe(signal);
    await breathe(signal);
    await output.write(VALUE_FILE, `${JSON.stringify(value)}${this.#space}`);
  }
}

export class SumStage extends Stage {
  readonly kind = 'sum';

  async run({ inputs, output }: StageTask<unknown>): Promise<void> {
    let sum = 0;
    for (const reader of inputs['terms']!)
      sum += JSON.parse(Buffer.from(await reader.read(VALUE_FILE)).toString()) as number;
    await output.write(VALUE_FILE, JSON.stringify(sum));
  }
}

export const TOY_STAGES: readonly Stage[] = [new NumberStage(), new SumStage()];

export function numberTask(stage: string, value: number, extra: object = {}): Task {
  return taskOf('number', stage, { value, ...extra }, {});
}

export function sumTask(stage: string, ...terms: readonly Task[]): Task {
  return taskOf('sum', stage, {}, { terms: terms.map(({ recipe }) => recipe) });
}

function taskOf(kind: string, stage: string, parameters: Task['parameters'], inputs: Task['inputs']): Task {
  const recipe = recipeOf({ kind, version: '1', parameters, inputs });
  return {
    ...common,
    ...{ recipe, stage, kind, parameters, labels: {}, inputs },
    ...{ dataset: null, cost: {}, notYet: null },
  };
}

export function planOf(...tasks: readonly Task[]): Plan {
  const experiment = {
    ...{ name: 'toys', title: 'Toys', profile: null, tables: [], claims: null, reuse: 'any' as const },
    hosts: ['localhost'],
    memoryGiB: 4,
    checkpoint: { everySeconds: 300, keep: 2 },
    tasks: tasks.map(({ recipe }) => recipe),
  };
  return { format: 2, experiments: [experiment], tasks };
}
