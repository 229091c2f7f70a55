/** From a resolved spec to its plan. Pure. */
import { canonicalJson } from '../util/digest.js';
import { failed, ok, type Result } from '../util/result.js';
import type { Diagnostic } from '../spec/diagnostic.js';
import type { ResolvedSpec } from '../spec/load.js';
import { keysAt } from '../spec/located.js';
import type { DatasetIdentity } from './definition.js';
import { CLAIMS_KIND, claimsDraft } from './claim-tasks.js';
import { datasetIdentity } from './expand-spec.js';
import type { Expansion } from './expansion.js';
import { labelsOf } from './member.js';
import { needed, type Plan } from './plan.js';
import { tableDraft } from './table-tasks.js';
import { type ExpectedData, TaskBuilder } from './task-builder.js';

/**
 * Every stage is expanded and checked; the plan holds what is wanted and what that needs: the tables, claims
 * and stages that the spec itself writes, of what it inherits only what these use.
 */
export function makePlan(expansion: Expansion): Result<Plan, readonly Diagnostic[]> {
  const { spec, definitions } = expansion;
  for (const name of [...spec.stages.keys(), ...Object.keys(spec.values.groups ?? {})])
    expansion.members(name);
  const tables = Object.entries(spec.values.tables ?? {}).flatMap(([name, table]) => {
    const draft = tableDraft(name, table, expansion);
    return draft ? [[name, draft] as const] : [];
  });
  const claims = claimsDraft(expansion);
  if (expansion.mistakes.length > 0 || spec.wrongStages.size > 0) return failed(expansion.mistakes);

  const builder = new TaskBuilder(definitions, expectedData(spec));
  const wanted: string[] = [];
  for (const name of expansion.finishedStages()) {
    for (const { draft, axes } of expansion.members(name)!.members) {
      const recipe = builder.add(draft, name, labelsOf(axes));
      if (spec.stages.get(name)!.own) wanted.push(recipe);
    }
  }
  const made = tables.map(([name, draft]) => [name, builder.add(draft, name)] as const);
  const ownTables = made.filter(([name]) => spec.ownTables.has(name)).map(([, recipe]) => recipe);
  const tested =
    claims && spec.ownsClaims
      ? { recipe: builder.add(claims, CLAIMS_KIND), names: keysAt(spec.tree, 'claims') }
      : null;
  const ends = [...wanted, ...ownTables, ...(tested ? [tested.recipe] : [])];
  const tasks = needed(ends, builder.tasks);
  const name = spec.profile === undefined ? spec.name : `${spec.name}-${spec.profile}`;
  const experiment = {
    name,
    title: spec.values.title,
    profile: spec.profile ?? null,
    tables: ownTables,
    claims: tested,
    tasks: tasks.map(({ recipe }) => recipe),
    reuse: spec.values.reuse,
    checkpoint: spec.values.checkpoint,
    hosts: hostsOf(spec.values.workers),
    memoryGiB: spec.values.memoryGiB,
  };
  return ok({ format: 2, experiments: [experiment], tasks });
}

/** A number of workers is that many here. */
function hostsOf(workers: number | readonly string[]): readonly string[] {
  return typeof workers === 'number' ? Array.from({ length: workers }, () => 'localhost') : workers;
}

/** By what the spec says that its sets hold, else by what is known of the kind of set. */
function expectedData({ data, datasets, validator }: ResolvedSpec): ExpectedData {
  const byIdentity = new Map(
    [data, ...datasets.values()].map((set) => [canonicalJson(datasetIdentity(set)), set.values.expect]),
  );
  return (dataset: DatasetIdentity) =>
    byIdentity.get(canonicalJson(dataset)) ??
    validator.vocabulary.datasets.find(({ kind }) => kind === dataset.kind)?.holds;
}
