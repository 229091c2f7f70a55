/** The columns of a table: metrics of the rows' artifacts, what scores say of themselves, axes of all rows. */
import { FACTS_OF, TABLE_FACTS } from '../spec/table-facts.js';
import type { PaperTable } from '../spec/paper-table.js';
import type { TableSpec } from '../spec/table-schema.js';
import { suggestion } from '../util/suggest.js';
import { artifactWords, type Expansion } from './expansion.js';
import type { Member } from './member.js';

/** Names of columns; those in neither list are axes. */
export interface TableColumns {
  readonly axes: readonly string[];
  readonly metrics: readonly string[];
  readonly facts: readonly string[];
  /** Numbers that only the paper has. */
  readonly paperOnly: readonly string[];
}

/** An axis that is called as a fact is that axis. */
export function tableColumns(
  name: string,
  { columns }: TableSpec,
  rows: readonly Member[],
  expansion: Expansion,
): TableColumns | undefined {
  const { artifact } = rows[0]!;
  const offered = expansion.spec.validator.vocabulary.metrics;
  const fitting = offered.filter((metric) => metric.artifact === artifact).map((metric) => metric.name);
  const said = artifact === FACTS_OF ? TABLE_FACTS.map((fact) => fact.name as string) : [];
  const elsewhere = (column: string) =>
    offered.find((known) => known.name === column)?.artifact ??
    (TABLE_FACTS.some((fact) => fact.name === column) ? FACTS_OF : undefined);
  const metrics: string[] = [];
  const facts: string[] = [];
  const axes: string[] = [];
  const paperOnly: string[] = [];
  const before = expansion.mistakes.length;
  for (const [i, column] of columns.entries()) {
    const without = rows.find(({ axes }) => !axes.has(column));
    if (fitting.includes(column)) metrics.push(column);
    else if (without && said.includes(column)) facts.push(column);
    else if (without && isNumberOf(expansion.spec.paperTables.get(name), column)) paperOnly.push(column);
    else if (without) {
      const known = [...without.axes.keys()];
      const other = elsewhere(column);
      expansion.mistake(
        ['tables', name, 'columns', String(i)],
        other === undefined
          ? `The rows have no axis "${column}"${rows.length > 1 ? ` ("${without.stage}" has not)` : ''}, and there is no such metric of ${artifactWords(artifact)}.`
          : `"${column}" is a number about ${artifactWords(other)}, but each row makes ${artifactWords(artifact)}.`,
        fitting.length === 0 && other !== undefined
          ? `There is no metric of ${artifactWords(artifact)}.`
          : suggestion(column, [...known, ...fitting, ...said]),
      );
    } else axes.push(column);
  }
  if (expansion.mistakes.length === before && metrics.length === 0)
    expansion.mistake(
      ['tables', name, 'columns'],
      'None of the columns is a metric, so the table has no results.',
      fitting.length > 0
        ? `Metrics of ${artifactWords(artifact)}: ${fitting.join(', ')}.`
        : `There is no metric of ${artifactWords(artifact)}.`,
    );
  return expansion.mistakes.length > before ? undefined : { axes, metrics, facts, paperOnly };
}

/** Whether a paper's table has such a column, of numbers. */
function isNumberOf(paper: PaperTable | undefined, column: string): boolean {
  const place = paper?.columns.indexOf(column) ?? -1;
  const cells = place < 0 ? [] : paper!.rows.map((row) => row[place]).filter((cell) => cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === 'number');
}
