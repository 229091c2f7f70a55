/** Cells under headings: what every format of a report prints. */

export interface PrintedGrid {
  readonly headings: readonly string[];
  /** As many cells in each row as there are headings. */
  readonly rows: readonly (readonly string[])[];
}

export interface PrintedColumn<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
}

export function gridOf<Row>(columns: readonly PrintedColumn<Row>[], rows: readonly Row[]): PrintedGrid {
  return {
    headings: columns.map(({ heading }) => heading),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}

/** `+0.3`, `-1.2`, `0.0`: points of a change or difference. */
export function signed(points: number): string {
  const text = points.toFixed(1);
  if (Number(text) === 0) return '0.0';
  return points > 0 ? `+${text}` : text;
}
