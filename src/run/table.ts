/** The table artifact: results beside the paper's numbers, as data. */

export const TABLE_FILE = 'table.json';

export type TableColumn = 'net' | 'S' | 'Q' | 'top1' | 'top5';

export interface TableRow {
  readonly net: string;
  /** Training and test scale in the paper's px (crop 224), and in real px. */
  readonly S: number;
  readonly Q: number;
  readonly realS: number;
  readonly realQ: number;
  /** Errors in per cent. */
  readonly top1: number;
  readonly top5: number;
  /** The paper's, where it prints them. */
  readonly paperTop1: number | null;
  readonly paperTop5: number | null;
  /** Validation images behind the errors. */
  readonly images: number;
  readonly classes: number;
  /** How the row was measured, one line. */
  readonly protocol: string;
}

export interface Table {
  readonly format: 1;
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}
