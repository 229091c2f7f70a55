/** `tables:` is sugar for tasks of kind `table`: which members are rows, and which rows of the paper they equal. */
import { locate } from '../spec/located.js';
import type { TableSpec } from '../spec/table-schema.js';
import { suggestion } from '../util/suggest.js';
import type { TaskDraft } from './definition.js';
import { repeatedDraft } from './draft-key.js';
import { artifactWords, type Expansion } from './expansion.js';
import { formatLabels, type Labels, labelsKey, sameLabel } from './labels.js';
import { describeMember, labelsOf, type Member } from './member.js';
import { repeated } from './member-set.js';
import { pluginVersions } from './plugin-versions.js';
import { tableColumns } from './table-columns.js';
import { checkJoin } from './table-join.js';
import { tableHeatmap } from './table-heatmap.js';
import { tableSteps } from './table-steps.js';

/** The kind that the `tables` of a spec are written as. */
export const TABLE_KIND = 'table';

/** One row: its axes, and how many of the inputs, in order, are behind it (more than one under `over`). */
export interface TableRowPlan {
  readonly labels: Labels;
  readonly inputs: number;
}

export function tableDraft(name: string, table: TableSpec, expansion: Expansion): TaskDraft | undefined {
  const before = expansion.mistakes.length;
  const rows = rowMembers(name, expansion);
  if (!rows) return undefined;
  const columns = tableColumns(name, table, rows, expansion);
  const gathered = gatheredRows(name, table, rows, expansion);
  if (!columns || !gathered) return undefined;
  // What is inherited is not printed here, and may have an axis more than where it was written.
  if (expansion.spec.ownTables.has(name) && columns.axes.length > 0)
    checkTellsApart(name, { table, shown: columns.axes, rows: gathered.map((row) => row.labels) }, expansion);
  const paper = expansion.spec.paperTables.get(name) ?? null;
  const plans = gathered.map(({ labels, members }): TableRowPlan => ({ labels, inputs: members.length }));
  const labels = plans.map((plan) => plan.labels);
  if (paper) checkJoin(name, table, labels, expansion);
  const steps = tableSteps(name, { table, rows: labels, metrics: columns.metrics }, expansion);
  const heatmap =
    table.heatmap &&
    tableHeatmap(name, { heatmap: table.heatmap, rows: gathered, metrics: columns.metrics }, expansion);
  if (expansion.mistakes.length > before) return undefined;
  const { join, paperRows } = table;
  const metricVersions = pluginVersions(
    expansion.spec.validator.vocabulary.metrics.map((metric) => [metric.name, metric.version] as const),
    new Set(columns.metrics),
  );
  const parameters = {
    name,
    caption: paper?.caption ?? null,
    artifact: rows[0]!.artifact,
    columns: table.columns,
    metrics: columns.metrics,
    ...(metricVersions && { metricVersions }),
    facts: columns.facts,
    ...(columns.paperOnly.length > 0 && { paperOnly: columns.paperOnly }),
    join: paper ? join : [],
    paper,
    paperRows,
    over: table.over ?? [],
    rows: plans,
    steps,
    ...(heatmap && { heatmap }),
  };
  const inputs = { rows: gathered.flatMap(({ members }) => members.map(({ draft }) => draft)) };
  return { kind: TABLE_KIND, parameters, inputs, labels: {} };
}

function rowMembers(name: string, expansion: Expansion): readonly Member[] | undefined {
  const path = ['tables', name, 'rows'];
  const { value } = locate(expansion.spec.tree, path)!;
  const parts =
    value.kind === 'list'
      ? value.items.map((_, i) => expansion.selected([...path, String(i)]))
      : [expansion.selected(path)];
  if (parts.some((part) => part === undefined)) return undefined;
  const members = parts.flatMap((part) => part!);
  const [first] = members;
  const other = members.find(({ artifact }) => artifact !== first!.artifact);
  if (other) {
    expansion.mistake(
      path,
      `The rows of one table are of one sort, but "${first!.stage}" makes ${artifactWords(first!.artifact)} and "${other.stage}" ${artifactWords(other.artifact)}.`,
      'Make two tables.',
    );
    return undefined;
  }
  const twice = repeated(members);
  if (!twice) return members;
  expansion.mistake(path, `${describeMember(twice)} of "${twice.stage}" is a row twice.`, 'Name it once.');
  return undefined;
}

/** Members that differ on the axes under `over` only are one row. */
function gatheredRows(
  name: string,
  { over = [], columns }: TableSpec,
  members: readonly Member[],
  expansion: Expansion,
): readonly { readonly labels: Labels; readonly members: readonly Member[] }[] | undefined {
  const rows = new Map<string, { readonly labels: Labels; readonly members: Member[] }>();
  for (const [i, axis] of over.entries()) {
    if (columns.includes(axis)) {
      expansion.mistake(
        ['tables', name, 'over', String(i)],
        `A row is a mean over "${axis}", so "${axis}" cannot be a column.`,
        'Take it out of "columns", or out of "over".',
      );
      return undefined;
    }
    if (members.some(({ axes }) => axes.has(axis))) continue;
    const known = [...new Set(members.flatMap(({ axes }) => [...axes.keys()]))];
    expansion.mistake(
      ['tables', name, 'over', String(i)],
      `The rows have no axis "${axis}".`,
      suggestion(axis, known),
    );
    return undefined;
  }
  for (const [i, member] of members.entries()) {
    const labels = labelsOf(new Map([...member.axes].filter(([axis]) => !over.includes(axis))));
    const key = over.length === 0 ? String(i) : labelsKey(labels);
    const row = rows.get(key);
    if (row) row.members.push(member);
    else rows.set(key, { labels, members: [member] });
  }
  const all = [...rows.values()];
  const isOnce = all.every((row) => over.length === 0 || hasEachOnce(name, row.members, expansion));
  return isOnce ? all : undefined;
}

/** Rows that were measured in two ways stand under one name only if the table has no names: then their order says which is which. */
function checkTellsApart(
  name: string,
  { table, shown, rows }: { table: TableSpec; shown: readonly string[]; rows: readonly Labels[] },
  expansion: Expansion,
): void {
  const seen = new Map<string, Labels>();
  for (const row of rows) {
    const visible = Object.fromEntries(shown.map((axis) => [axis, row[axis] ?? null]));
    const before = seen.get(labelsKey(visible));
    seen.set(labelsKey(visible), row);
    if (!before) continue;
    const telling = Object.keys(row).filter((axis) => !sameLabel(row[axis], before[axis]));
    expansion.mistake(
      ['tables', name, 'columns'],
      `Two rows are called "${formatLabels(visible)}".`,
      telling.length > 0
        ? `They differ in ${telling.join(', ')}: name ${telling.length === 1 ? 'it' : 'one of them'} under "columns"${table.over ? ', or under "over"' : ''}.`
        : 'Give them an axis that tells them apart (matrix), or make two tables.',
    );
    return;
  }
}

/** A mean over one task twice would be as sure of itself as over two. */
function hasEachOnce(name: string, members: readonly Member[], expansion: Expansion): boolean {
  const twice = repeatedDraft(members.map(({ draft }) => draft));
  if (!twice) return true;
  const [a, b] = twice.map((i) => describeMember(members[i]!));
  expansion.mistake(
    ['tables', name, 'over'],
    a === b
      ? `${a!} of "${members[twice[0]]!.stage}" would count twice in a mean.`
      : `${a!} and ${b!} are one task, which would count twice in a mean.`,
    'Leave one out by "where".',
  );
  return false;
}
