import type { PaperTable } from '../spec/paper-table.js';
import { type Labels, type LabelValue, sameLabel } from './labels.js';

/** The rows of a paper's table that equal ours in the columns that rows are joined on. */
export function rowsOfPaper(paper: PaperTable, join: readonly string[], labels: Labels): PaperTable['rows'] {
  return paper.rows.filter((cells) =>
    join.every((column) => sameLabel(cells[paper.columns.indexOf(column)] as LabelValue, labels[column])),
  );
}
