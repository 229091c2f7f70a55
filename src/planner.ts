/** Specs to one plan: the part of Stagecraft that writes nothing and starts nothing. */
import { resolve } from 'node:path';
import type { DatasetSource } from './data/dataset.js';
import type { DatasetIdentity } from './plan/definition.js';
import { definitionsByKind } from './plan/definitions.js';
import { datasetIdentity } from './plan/expand-spec.js';
import { Expansion } from './plan/expansion.js';
import { makePlan } from './plan/make-plan.js';
import type { Plan } from './plan/plan.js';
import { unite } from './plan/unite.js';
import { clash, kindsWith } from './plugins/kinds.js';
import type { LoadedPlugin } from './plugins/load-plugin.js';
import { type AllowedPlugins, type SpecKinds, SpecPlugins } from './plugins/spec-plugins.js';
import { conflict, Sources } from './run/sources.js';
import { type Diagnostic, sortDiagnostics } from './spec/diagnostic.js';
import {
  checkPaper,
  type LoadFailure,
  type LoadOptions,
  loadSpec,
  type ResolvedSpec,
  type SpecData,
} from './spec/load.js';
import type { RawSpec } from './spec/extend.js';
import { ParsedFiles } from './spec/parse.js';
import { BUILT_IN_KINDS } from './stages/built-in.js';
import type { Disk } from './util/disk.js';
import { NodeDisk } from './util/node-disk.js';
import { failed, ok, type Result } from './util/result.js';

/** Specs that are right, and the plan they stand for. */
export interface Planned {
  readonly specs: readonly ResolvedSpec[];
  readonly plan: Plan;
  readonly sources: Sources;
  /** The stages of each spec, expanded: for showing where each value of a member came from. */
  readonly expansions: readonly Expansion[];
  readonly plugins: readonly LoadedPlugin[];
}

interface PlannedOne {
  readonly spec: ResolvedSpec;
  readonly plan: Plan;
  readonly expansion: Expansion;
  readonly kinds: SpecKinds;
}

export class Planner {
  readonly #disk: Disk;
  readonly #plugins: SpecPlugins;
  readonly #files = new ParsedFiles();

  constructor(disk: Disk, plugins: SpecPlugins) {
    this.#disk = disk;
    this.#plugins = plugins;
  }

  /** Reads, composes, checks and plans specs as one; nothing is written and no image is looked at. */
  async plan(paths: string | readonly string[], options: LoadOptions): Promise<Result<Planned, LoadFailure>> {
    const texts = new Map<string, string>();
    const mistakes: Diagnostic[] = [];
    const planned: PlannedOne[] = [];
    for (const path of [paths].flat()) {
      const one = await this.#planOne(path, options, texts);
      if (one.ok) planned.push(one.value);
      else mistakes.push(...one.error);
    }
    const united = mistakes.length > 0 ? failed(mistakes) : together(planned);
    return united.ok ? united : failed({ diagnostics: sortDiagnostics(united.error), texts });
  }

  /** Whether a file holds a paper's tables and no spec, and what is wrong with them; undefined for other files. */
  async paper(
    path: string,
    options: Pick<LoadOptions, 'currentDirectory'>,
  ): Promise<LoadFailure | undefined> {
    const texts = new Map<string, string>();
    const { metrics } = BUILT_IN_KINDS;
    const mistakes = await checkPaper(path, options, {
      disk: this.#disk,
      files: this.#files,
      texts,
      metrics,
    });
    return mistakes && { diagnostics: sortDiagnostics(mistakes), texts };
  }

  async #planOne(
    path: string,
    options: LoadOptions,
    texts: Map<string, string>,
  ): Promise<Result<PlannedOne, readonly Diagnostic[]>> {
    let kinds: SpecKinds | undefined;
    let chain: RawSpec | undefined;
    const { spec, mistakes } = await loadSpec(path, options, {
      disk: this.#disk,
      files: this.#files,
      texts,
      validatorFor: async (raw) => {
        chain = raw;
        const found = await this.#plugins.kindsFor(raw);
        if (!found.ok) return found;
        kinds = found.value;
        return ok(found.value.validator);
      },
    });
    if (!spec || !kinds) return failed(mistakes.map((mistake) => inherited(mistake, chain)));
    const expansion = new Expansion(spec, definitionsByKind(kinds.kinds.definitions));
    const plan = makePlan(expansion);
    const all = [...mistakes, ...(plan.ok ? [] : plan.error)];
    if (all.length > 0) return failed(all.map((mistake) => inherited(mistake, chain)));
    if (!plan.ok) throw new Error(`Internal error: ${path} is refused without a mistake`);
    return ok({ spec, plan: plan.value, expansion, kinds });
  }
}

/** A mistake in a file that is right by itself is perhaps one of the spec that extends it, so that is named. */
function inherited(mistake: Diagnostic, chain: RawSpec | undefined): Diagnostic {
  const { at, help } = mistake;
  if (!chain || at.file === chain.file || !chain.files.has(at.file)) return mistake;
  return { ...mistake, help: `${help ? `${help} ` : ''}("${chain.file}" extends this.)` };
}

/** Without a container, for commands that only look at specs. */
export function createPlanner(allowed: AllowedPlugins): Planner {
  return new Planner(new NodeDisk(), new SpecPlugins(BUILT_IN_KINDS, allowed));
}

function together(planned: readonly PlannedOne[]): Result<Planned, readonly Diagnostic[]> {
  const specs = planned.map(({ spec }) => spec);
  const at = { file: specs.at(-1)!.file, line: 1, column: 1, length: 1 };
  const united = unite(planned.map(({ plan }) => plan));
  if (!united.ok)
    return failed([{ at, message: united.error, help: 'Run them one after the other, or rename one.' }]);
  const sources = specs.flatMap(sourcesOf);
  const plugins = new Map(
    planned.flatMap(({ kinds }) => kinds.plugins.map((plugin) => [plugin.path, plugin] as const)),
  );
  const files = filesOf(planned);
  const problem = conflict(sources) ?? fileConflict(files) ?? pluginConflict([...plugins.values()]);
  if (problem) return failed([{ at, ...problem }]);
  return ok({
    specs,
    expansions: planned.map(({ expansion }) => expansion),
    plan: united.value,
    sources: new Sources(sources, new Map(files.map(({ recipe, path }) => [recipe, path]))),
    plugins: [...plugins.values()],
  });
}

interface WeightsPlace {
  /** Of the task that reads the file. */
  readonly recipe: string;
  readonly path: string;
  /** Whether the spec says its digest. */
  readonly isPinned: boolean;
}

/** The files of weights that tasks read, and where they lie. */
function filesOf(planned: readonly PlannedOne[]): readonly WeightsPlace[] {
  return planned.flatMap(({ spec, plan }) =>
    plan.tasks.flatMap(({ recipe, file, parameters }) =>
      file === undefined
        ? []
        : [{ recipe, path: resolve(spec.weights, file), isPinned: parameters['sha256'] !== undefined }],
    ),
  );
}

/** One task cannot read two files; those whose digest is given are one wherever they lie. */
function fileConflict(files: readonly WeightsPlace[]): Omit<Diagnostic, 'at'> | undefined {
  const seen = new Map<string, string>();
  for (const { recipe, path } of files.filter(({ isPinned }) => !isPinned)) {
    const other = seen.get(recipe);
    if (other !== undefined && other !== path)
      return {
        message: `The same weights lie in two places: ${other} and ${path}.`,
        help: 'Name one "weights" folder in all specs.',
      };
    seen.set(recipe, path);
  }
  return undefined;
}

/** A worker has the plugins of all specs, so of two kinds of one name it would take the first. */
function pluginConflict(plugins: readonly LoadedPlugin[]): Omit<Diagnostic, 'at'> | undefined {
  for (const [i, { path, plugin }] of plugins.entries()) {
    const before = plugins.slice(0, i);
    const kind = clash(
      plugin,
      kindsWith(
        BUILT_IN_KINDS,
        before.map((other) => other.plugin),
      ),
    );
    if (kind !== undefined)
      return {
        message: `The plugins of these specs, ${path} and one before it, both bring ${kind}.`,
        help: 'Run the specs one after the other.',
      };
  }
  return undefined;
}

function sourcesOf(spec: ResolvedSpec): readonly (readonly [DatasetIdentity, DatasetSource])[] {
  return [spec.data, ...spec.datasets.values()].map((data) => [datasetIdentity(data), sourceOf(data)]);
}

function sourceOf(data: SpecData): DatasetSource {
  const { kind, name, kindVersion: _, ...more } = datasetIdentity(data);
  return {
    kind,
    name,
    ...(data.root !== undefined && { root: data.root }),
    ...(data.values.expect && { expect: data.values.expect }),
    ...(data.values.identity && { identity: data.values.identity }),
    ...(Object.keys(more).length > 0 && { options: more }),
  };
}
