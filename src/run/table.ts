/** The table artifact: results beside the paper's numbers, as data. */
import type { Labels, LabelValue } from '../plan/labels.js';

export const TABLE_FILE = 'table.json';

export interface TableColumn {
  /** An axis (net, S, Q, ...) or a metric (top1, ...). */
  readonly name: string;
  readonly isMetric: boolean;
  /** For people, with the unit. */
  readonly heading: string;
  /** Whether the numbers are parts of the row's images in per cent, so that an interval follows from their count. */
  readonly isErrorRate: boolean;
}

export interface TableCell {
  /** Mean over the row's runs; null in rows that only the paper has. */
  readonly value: number | null;
  /** Standard deviation over the runs; null for one. */
  readonly sd: number | null;
  /** The paper's; null where it prints none. */
  readonly paper: number | null;
}

export interface TableRow {
  /** Axes, scales in the paper's px. */
  readonly labels: Labels;
  /** Scales in real px, by axis. */
  readonly real: Readonly<Record<string, LabelValue>>;
  /** By metric. */
  readonly metrics: Readonly<Record<string, TableCell>>;
  /** Results behind the row; 0 in rows that only the paper has. */
  readonly runs: number;
  /** Images behind the metrics, and their classes; null where unknown. */
  readonly images: number | null;
  readonly classes: number | null;
  /** How the row was measured, one line. */
  readonly protocol: string | null;
}

export interface Table {
  readonly format: 2;
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}
