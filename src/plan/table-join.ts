/** Whether the rows of a table can be told apart, and found, among those that the paper prints. */
import type { TableSpec } from '../spec/table-schema.js';
import type { Expansion } from './expansion.js';
import { formatLabel, type Labels, type LabelValue } from './labels.js';
import { rowsOfPaper } from './paper-rows.js';

export function checkJoin(
  name: string,
  { join, paperRows }: TableSpec,
  rows: readonly Labels[],
  expansion: Expansion,
): void {
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
  const matches = rows.map((labels) => rowsOfPaper(paper, join, labels).length);
  for (const [i, count] of matches.entries()) {
    if (count <= 1) continue;
    refuse(
      `${count} rows of the paper's table equal ours (${joined(join, rows[i]!)}) in ${join.join(', ')}.`,
      'Name more columns under "join", so that one row of the paper is left.',
    );
  }
  // Someone who wants all rows of the paper may have none of them.
  if (paperRows === 'all' || matches.some((count) => count > 0)) return;
  const printed = paper.rows.map((cells) =>
    Object.fromEntries(paper.columns.map((column, i) => [column, cells[i] as LabelValue])),
  );
  expansion.mistake(
    ['tables', name, 'paper'],
    `No row of the paper's table equals one of ours in ${join.join(', ')}, so nothing would stand beside them.`,
    `Ours: ${shown(join, rows)}. The paper's: ${shown(join, printed)}. By paperRows: all these are printed nonetheless.`,
  );
}

/** Rows shown in a message. */
const SHOWN = 4;

function shown(join: readonly string[], rows: readonly Labels[]): string {
  const first = rows.slice(0, SHOWN).map((labels) => joined(join, labels));
  return rows.length > SHOWN ? `${first.join('; ')}; and ${rows.length - SHOWN} more` : first.join('; ');
}

function joined(join: readonly string[], labels: Labels): string {
  return join.map((column) => `${column}=${formatLabel(labels[column]!)}`).join(' ');
}
