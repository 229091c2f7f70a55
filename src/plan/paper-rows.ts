import type { PaperTable } from '../spec/paper-table.js';
import { type Labels, type LabelValue, sameLabel } from './labels.js';

/** The rows of a paper's table that equal ours in the columns that rows are joined on. */
export function rowsOfPaper(paper: PaperTable, join: readonly string[], labels: Labels): PaperTable['rows'] {
  return paper.rows.filter((cells) =>
    join.every((column) => sameLabel(cells[paper.columns.indexOf(column)] as LabelValue, labels[column])),
  );
}

/** What the paper prints in a column of a row; null where it prints no number. */
export function paperNumber(
  paper: PaperTable | null,
  row: PaperTable['rows'][number] | undefined,
  column: string,
): number | null {
  const cell = row?.[paper?.columns.indexOf(column) ?? -1];
  return typeof cell === 'number' ? cell : null;
}
