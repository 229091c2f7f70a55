/** `tables:` is sugar for tasks of kind `table`: which members are rows, and which rows of the paper they equal. */
import type { TableSpec } from '../spec/experiment-schema.js';
import { locate } from '../spec/located.js';
import type { MetricSchema } from '../spec/schema.js';
import { suggestion } from '../util/suggest.js';
import type { TaskDraft } from './definition.js';
import { artifactWords, type Expansion } from './expansion.js';
import { formatLabel, formatLabels, type Labels } from './labels.js';
import { describeMember, labelsOf, type Member } from './member.js';
import { repeated } from './member-set.js';
import { rowsOfPaper } from './paper-rows.js';

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
  const metrics = metricsOf(name, table, rows, expansion);
  const gathered = gatheredRows(name, table, rows, expansion);
  if (!metrics || !gathered) return undefined;
  const paper = expansion.spec.paperTables.get(name) ?? null;
  const plans = gathered.map(({ labels, members }): TableRowPlan => ({ labels, inputs: members.length }));
  if (paper)
    checkJoin(
      name,
      table,
      plans.map(({ labels }) => labels),
      expansion,
    );
  if (expansion.mistakes.length > before) return undefined;
  const { columns, join, paperRows } = table;
  const { caption } = paper ?? { caption: name };
  const parameters = {
    name,
    caption,
    artifact: rows[0]!.artifact,
    columns,
    metrics: metrics.map((metric) => metric.name),
    join: paper ? join : [],
    paper,
    paperRows,
    over: table.over ?? [],
    rows: plans,
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

/** The columns that are numbers about the rows' artifacts; every other column is an axis of all rows. */
function metricsOf(
  name: string,
  { columns }: TableSpec,
  rows: readonly Member[],
  expansion: Expansion,
): readonly MetricSchema[] | undefined {
  const { artifact } = rows[0]!;
  const offered = expansion.spec.validator.vocabulary.metrics;
  const fitting = offered.filter((metric) => metric.artifact === artifact);
  const metrics: MetricSchema[] = [];
  const before = expansion.mistakes.length;
  const refuse = (i: number, message: string, help: string) => {
    expansion.mistake(['tables', name, 'columns', String(i)], message, help);
  };
  for (const [i, column] of columns.entries()) {
    const metric = fitting.find((known) => known.name === column);
    const without = rows.find(({ axes }) => !axes.has(column));
    if (metric) metrics.push(metric);
    else if (without) {
      const axes = [...without.axes.keys()];
      const names = fitting.map((known) => known.name);
      const elsewhere = offered.find((known) => known.name === column);
      refuse(
        i,
        elsewhere
          ? `"${column}" is a number about ${artifactWords(elsewhere.artifact)}, but each row makes ${artifactWords(artifact)}.`
          : `The rows have no axis "${column}"${rows.length > 1 ? ` ("${without.stage}" has not)` : ''}, and there is no such metric of ${artifactWords(artifact)}.`,
        fitting.length === 0 && elsewhere
          ? `There is no metric of ${artifactWords(artifact)}.`
          : suggestion(column, [...axes, ...names]),
      );
    }
  }
  if (expansion.mistakes.length === before && metrics.length === 0) {
    const names = fitting.map((metric) => metric.name);
    expansion.mistake(
      ['tables', name, 'columns'],
      'None of the columns is a metric, so the table has no results.',
      names.length > 0
        ? `Metrics of ${artifactWords(artifact)}: ${names.join(', ')}.`
        : `There is no metric of ${artifactWords(artifact)}.`,
    );
  }
  return expansion.mistakes.length > before ? undefined : metrics;
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
    const key = over.length === 0 ? String(i) : formatLabels(labels);
    const row = rows.get(key);
    if (row) row.members.push(member);
    else rows.set(key, { labels, members: [member] });
  }
  return [...rows.values()];
}

function checkJoin(name: string, { join }: TableSpec, rows: readonly Labels[], expansion: Expansion): void {
  const paper = expansion.spec.paperTables.get(name)!;
  const refuse = (message: string, help: string) => {
    expansion.mistake(['tables', name, 'join'], message, help);
  };
  for (const column of join) {
    if (!paper.columns.includes(column)) {
      refuse(
        `Rows are joined on ${join.join(', ')}, but the paper's table has no column "${column}".`,
        `Its columns: ${paper.columns.join(', ')}. Name under "join" those that tell its rows apart.`,
      );
      return;
    }
    if (rows.every((labels) => Object.hasOwn(labels, column))) continue;
    const known = [...new Set(rows.flatMap((labels) => Object.keys(labels)))];
    refuse(
      `Rows are joined on ${join.join(', ')}, but our rows have no axis "${column}".`,
      `Their axes: ${known.join(', ')}.`,
    );
    return;
  }
  for (const labels of rows) {
    const matches = rowsOfPaper(paper, join, labels).length;
    if (matches <= 1) continue;
    const values = join.map((column) => `${column}=${formatLabel(labels[column]!)}`).join(' ');
    refuse(
      `${matches} rows of the paper's table equal ours (${values}) in ${join.join(', ')}.`,
      'Name more columns under "join", so that one row of the paper is left.',
    );
  }
}
