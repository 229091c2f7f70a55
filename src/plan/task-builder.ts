/** Drafts to tasks: each gets its recipe, its cost and its place after its inputs; equal drafts become one task. */
import type { DataValues } from '../spec/experiment-schema.js';
import type { DataFacts, DatasetIdentity, Split, StageDefinition, TaskDraft } from './definition.js';
import type { Definitions } from './definitions.js';
import { INDEX_KIND } from './expand-spec.js';
import type { Labels } from './labels.js';
import { alsoNamed, type Task } from './plan.js';
import { askedFor, type Defaults, defaultsOf, recipeOf } from './recipe.js';

/** What a set holds, as far as it is known beforehand. */
export type ExpectedData = (dataset: DatasetIdentity) => DataValues['expect'];

export class TaskBuilder {
  /** By recipe, in an order in which they can run. */
  readonly tasks = new Map<string, Task>();
  readonly #definitions: Definitions;
  readonly #expected: ExpectedData;
  readonly #recipes = new Map<TaskDraft, string>();
  readonly #defaults = new Map<string, Defaults>();

  constructor(definitions: Definitions, expected: ExpectedData) {
    this.#definitions = definitions;
    this.#expected = expected;
  }

  /**
   * @param stage the draft's own, or the one that implies it
   * @param labels the axes of its member; those of its kind if it is implied
   * @returns its recipe
   */
  add(draft: TaskDraft, stage: string, labels: Labels = draft.labels): string {
    const known = this.#recipes.get(draft);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(draft.kind);
    if (!definition) throw new Error(`Internal error: no stage kind "${draft.kind}"`);
    const inputs = Object.fromEntries(
      Object.entries(draft.inputs).map(([role, input]) => [
        role,
        isList(input)
          ? input.map((one) => this.#implied(one, stage, labels))
          : this.#implied(input, stage, labels),
      ]),
    );
    const task = this.#task(draft, definition, { stage, labels, inputs });
    this.#recipes.set(draft, task.recipe);
    const same = this.tasks.get(task.recipe);
    this.tasks.set(task.recipe, same ? alsoNamed(same, [{ stage, labels }]) : task);
    return task.recipe;
  }

  /** An input without a stage of its own stands under that which needs it, with the axes that are not its own. */
  #implied(draft: TaskDraft, stage: string, labels: Labels): string {
    if (draft.kind === INDEX_KIND) return this.add(draft, INDEX_KIND);
    return this.add(draft, stage, { ...labels, ...draft.labels });
  }

  #task(
    draft: TaskDraft,
    definition: StageDefinition,
    { stage, labels, inputs }: Pick<Task, 'stage' | 'labels' | 'inputs'>,
  ): Task {
    const { kind, version, output, usesEngine, isDataParallel, readsImages } = definition;
    const { parameters } = draft;
    const recipe = recipeOf({
      kind,
      version,
      parameters: askedFor(parameters, this.#defaultsOf(definition)),
      inputs,
    });
    return {
      recipe,
      stage,
      kind,
      version,
      output,
      usesEngine,
      ...(isDataParallel && { isDataParallel }),
      readsImages,
      dataset: readsImages ? (datasetOf(draft) ?? null) : null,
      ...(draft.file !== undefined && { file: draft.file }),
      parameters,
      labels,
      inputs,
      cost: definition.cost?.(draft, (index) => this.#facts(index)) ?? {},
      notYet: definition.notYet?.(parameters, Object.keys(inputs)) ?? null,
    };
  }

  #defaultsOf({ kind, schema }: StageDefinition): Defaults {
    const known = this.#defaults.get(kind);
    if (known) return known;
    const defaults = defaultsOf(schema);
    this.#defaults.set(kind, defaults);
    return defaults;
  }

  #facts({ parameters }: TaskDraft): DataFacts {
    const { dataset, split, limit } = parameters as unknown as {
      readonly dataset: DatasetIdentity;
      readonly split: Split;
      readonly limit: number | null;
    };
    const expected = this.#expected(dataset);
    const all = expected?.[split];
    return {
      images: limit === null ? all : Math.min(limit, all ?? limit),
      classes: expected?.classes,
    };
  }
}

function isList(input: TaskDraft | readonly TaskDraft[]): input is readonly TaskDraft[] {
  return Array.isArray(input);
}

/** Of an index itself, or of the index among a task's inputs. */
function datasetOf(draft: TaskDraft): DatasetIdentity | undefined {
  if (draft.kind === INDEX_KIND) return draft.parameters['dataset'] as DatasetIdentity;
  for (const input of Object.values(draft.inputs).flat())
    if (input.kind === INDEX_KIND) return input.parameters['dataset'] as DatasetIdentity;
  return undefined;
}
