/** From a resolved spec to its plan: stages are expanded in the order of their references. Pure. */
import type { Diagnostic } from '../spec/diagnostic.js';
import type { ResolvedSpec } from '../spec/load.js';
import { locate, nearest } from '../spec/located.js';
import type { TableSpec } from '../spec/schema.js';
import { realScale } from '../spec/scales.js';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { ArtifactType, ExpandContext, StageDefinition, TaskDraft } from './definition.js';
import { rowsOfPaper } from './paper-rows.js';
import type { Plan, Task } from './plan.js';
import { recipeOf } from './recipe.js';

/** The kind that the `tables` of a spec are written as. */
const TABLE_KIND = 'table';

/** The kind that every stage which reads images implies. */
const INDEX_KIND = 'index';

const ARTIFACT_WORDS: Readonly<Record<ArtifactType, string>> = {
  index: 'a list of images',
  augmentation: 'an augmentation',
  checkpoint: 'a checkpoint',
  scores: 'scores',
  table: 'a table',
};

export type Definitions = ReadonlyMap<string, StageDefinition>;

export function makePlan(spec: ResolvedSpec, definitions: Definitions): Result<Plan, Diagnostic[]> {
  const expansion = new Expansion(spec, definitions);
  const names = Object.keys(spec.values.stages);
  const stages = names.map((name) => [name, expansion.stage(name, [])] as const);
  const tables = Object.entries(spec.values.tables ?? {}).map(
    ([name, table]) => [name, expansion.table(name, table)] as const,
  );
  if (expansion.mistakes.length > 0) return failed(expansion.mistakes);
  const tasks = new Map<string, Task>();
  for (const [name, drafts] of [...stages, ...tables]) {
    for (const draft of drafts) addTask(draft, name, definitions, tasks);
  }
  return ok({
    format: 1,
    experiment: spec.profile === undefined ? spec.name : `${spec.name}-${spec.profile}`,
    title: spec.values.title,
    profile: spec.profile ?? null,
    tasks: [...tasks.values()],
  });
}

/** Adds a draft after its inputs, once for all equal drafts, and returns its recipe. */
function addTask(
  draft: TaskDraft,
  stage: string,
  definitions: Definitions,
  tasks: Map<string, Task>,
): string {
  const add = (input: TaskDraft) => addTask(input, input.kind, definitions, tasks);
  const inputs = Object.fromEntries(
    Object.entries(draft.inputs).map(([role, input]) => [role, isList(input) ? input.map(add) : add(input)]),
  );
  const definition = definitions.get(draft.kind);
  if (!definition) throw new Error(`Internal error: no stage kind "${draft.kind}"`);
  const { kind, version, output, usesEngine, readsImages } = definition;
  const { parameters, labels } = draft;
  const recipe = recipeOf({ kind, version, parameters, inputs });
  const known = tasks.get(recipe);
  // A task that was first met as another's input takes the name of its own stage; of equal stages, the first names it.
  const name = known && known.stage !== kind ? known.stage : stage;
  tasks.set(recipe, {
    recipe,
    stage: name,
    kind,
    version,
    output,
    usesEngine,
    readsImages,
    parameters,
    labels,
    inputs,
  });
  return recipe;
}

function isList(input: TaskDraft | readonly TaskDraft[]): input is readonly TaskDraft[] {
  return Array.isArray(input);
}

function describeLabels({ labels }: Pick<TaskDraft, 'labels'>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** The stages of one spec, each expanded once, with the mistakes found on the way. */
class Expansion {
  readonly mistakes: Diagnostic[] = [];
  readonly #spec: ResolvedSpec;
  readonly #definitions: Definitions;
  readonly #expanded = new Map<string, readonly TaskDraft[]>();

  constructor(spec: ResolvedSpec, definitions: Definitions) {
    this.#spec = spec;
    this.#definitions = definitions;
  }

  /** @param chain the stages whose references led here, for naming a cycle */
  stage(name: string, chain: readonly string[]): readonly TaskDraft[] {
    const known = this.#expanded.get(name);
    if (known) return known;
    const parameters = this.#spec.values.stages[name] as Readonly<Record<string, unknown>> & {
      readonly kind: string;
    };
    const definition = this.#definitions.get(parameters.kind)!;
    const references = this.#references(name, definition, [...chain, name]);
    const drafts = references ? definition.expand(parameters, this.#context(name, references)) : [];
    this.#expanded.set(name, drafts);
    return drafts;
  }

  /** `tables:` is sugar for tasks of kind `table`. */
  table(name: string, table: TableSpec): readonly TaskDraft[] {
    const rows = this.#named(table.rows, ['tables', name, 'rows'], 'scores', []);
    const paper = this.#spec.paperTables.get(name) ?? null;
    for (const column of paper ? table.join : []) {
      if (paper!.columns.includes(column)) continue;
      this.#mistake(
        ['tables', name, 'join'],
        `Rows are joined on ${table.join.join(', ')}, but the paper's table has no column "${column}".`,
        `Its columns: ${paper!.columns.join(', ')}. Name under "join" those that tell its rows apart.`,
      );
    }
    if (!rows || rows.length === 0) return [];
    for (const { labels } of paper ? rows : []) {
      const matches = rowsOfPaper(paper!, table.join, labels).length;
      if (matches > 1)
        this.#mistake(
          ['tables', name, 'join'],
          `${matches} rows of the paper's table equal ours (${describeLabels({ labels })}) in ${table.join.join(', ')}.`,
          'Name more columns, so that one row of the paper is left.',
        );
    }
    const parameters = {
      name,
      columns: table.columns,
      join: table.join,
      paper,
      rows: rows.map((row) => row.labels),
    };
    return [{ kind: TABLE_KIND, parameters, inputs: { rows }, labels: {} }];
  }

  /** The tasks behind each reference parameter of a stage; undefined if one is wrong. */
  #references(name: string, definition: StageDefinition, chain: readonly string[]) {
    const parameters = this.#spec.values.stages[name] as unknown as Readonly<Record<string, unknown>>;
    const properties = (
      definition.schema as unknown as { properties: Record<string, { reference?: ArtifactType }> }
    ).properties;
    const references = new Map<string, TaskDraft>();
    let wrong = false;
    for (const [parameter, { reference }] of Object.entries(properties)) {
      const target = parameters[parameter];
      if (reference === undefined || typeof target !== 'string') continue;
      const tasks = this.#named(target, ['stages', name, parameter], reference, chain);
      if (tasks && tasks.length > 1)
        this.#mistake(
          ['stages', name, parameter],
          `The stage "${target}" stands for ${tasks.length} tasks, but one is needed here: ${tasks.map(describeLabels).join('; ')}.`,
        );
      if (tasks?.length === 1) references.set(parameter, tasks[0]!);
      else wrong = true;
    }
    return wrong ? undefined : references;
  }

  /** The tasks of the stage called `target`, if it exists, makes `artifact` and closes no circle. */
  #named(target: string, path: readonly string[], artifact: ArtifactType, chain: readonly string[]) {
    const stages = this.#spec.values.stages;
    const fitting = Object.keys(stages).filter(
      (n) => this.#definitions.get(stages[n]!.kind)?.output === artifact,
    );
    if (!Object.hasOwn(stages, target)) {
      this.#mistake(path, `There is no stage "${target}".`, suggestion(target, fitting));
      return undefined;
    }
    if (!fitting.includes(target)) {
      const made = this.#definitions.get(stages[target]!.kind)!.output;
      const self = path[0] === 'stages' && path[1] === target;
      this.#mistake(
        path,
        self
          ? `The stage "${target}" refers to itself.`
          : `The stage "${target}" makes ${ARTIFACT_WORDS[made]}, but what is needed here is ${ARTIFACT_WORDS[artifact]}.`,
        suggestion(target, fitting),
      );
      return undefined;
    }
    if (chain.includes(target)) {
      this.#mistake(
        path,
        `The stages refer to each other in a circle: ${[...chain.slice(chain.indexOf(target)), target].join(' -> ')}.`,
      );
      return undefined;
    }
    return this.stage(target, chain);
  }

  #context(name: string, references: ReadonlyMap<string, TaskDraft>): ExpandContext {
    const { data, limits, scales } = this.#spec.values;
    return {
      images: (split) => ({
        kind: INDEX_KIND,
        parameters: {
          dataset: { kind: data.kind, name: datasetName(this.#spec) },
          split,
          limit: limits[split] ?? null,
        },
        inputs: {},
        labels: { split },
      }),
      crop: scales.crop,
      realScale: (paperPx) => realScale(scales, paperPx),
      from: (parameter) => references.get(parameter)!,
      mistake: (parameter, message, help) => {
        this.#mistake(['stages', name, parameter], message, help);
      },
    };
  }

  #mistake(path: readonly string[], message: string, help?: string): void {
    const entry = locate(this.#spec.tree, path);
    const at = entry ? entry.value.at : nearest(this.#spec.tree, path).key;
    this.mistakes.push({ at, message, ...(help !== undefined && { help }) });
  }
}

/** The declared name, else the folder's, else the kind. */
export function datasetName({ values, dataRoot }: ResolvedSpec): string {
  return values.data.name ?? dataRoot?.split('/').filter(Boolean).at(-1) ?? values.data.kind;
}
