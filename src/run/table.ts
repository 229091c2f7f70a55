/** The table artifact: results beside the paper's numbers, as data. */
import type { Labels, LabelValue } from '../plan/labels.js';
import type { HeatmapPlan } from '../plan/table-heatmap.js';
import type { MeasuredOn } from '../spec/paper-table.js';

export const TABLE_FILE = 'table.json';

export interface TableColumn {
  readonly name: string;
  /**
   * An axis (net, S, Q, ...), a metric (top1, ...), what scores say of themselves (positions, images), or a number that
   * only the paper has (on images that nobody else has).
   */
  readonly kind: 'axis' | 'metric' | 'fact' | 'paper';
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
  /** 95%, of an error rate that one run was measured at; null else. */
  readonly interval: readonly [number, number] | null;
  /** The paper's; null where it prints none. */
  readonly paper: number | null;
  /** Ours less the paper's, points; null unless the row was measured as the paper's was. */
  readonly difference: number | null;
  /** Whether ours is the paper's within the tolerance that is declared for the same weights; absent where none is. */
  readonly agreement?: 'agrees' | 'differs';
}

/** Something in which a row was measured otherwise than the paper's. */
export interface Unlike {
  /** `dataset`, `width`, `crop`, `images`, `classes`, `net`, `method`, `mirror images`, `S`, `Q`. */
  readonly what: string;
  readonly ours: string;
  readonly paper: string;
}

/** How a row was measured, in clauses that can be said once for all rows that share them. */
export interface RowProtocol {
  /** What is averaged over the parts: posteriors or logits of nets and methods, or the results of runs. */
  readonly joined: 'posteriors' | 'logits' | 'runs';
  /** One for each net and method, clauses each. */
  readonly parts: readonly (readonly string[])[];
}

export interface TableRow {
  /** Axes, scales in the paper's px. */
  readonly labels: Labels;
  /** Scales in real px, by axis. */
  readonly real: Readonly<Record<string, LabelValue>>;
  /** By metric, and by number that only the paper has. */
  readonly metrics: Readonly<Record<string, TableCell>>;
  /** Results behind the row; 0 in rows that only the paper has. */
  readonly runs: number;
  /** Images behind the metrics, and their classes; null where unknown. */
  readonly images: number | null;
  /** That the images show, where several images show one thing; null else. */
  readonly things: number | null;
  readonly classes: number | null;
  /** Fewest and most positions of the score map, over the images; null where unknown. */
  readonly positions: readonly [number, number] | null;
  /** How the row was measured; null where that is unknown. */
  readonly protocol: RowProtocol | null;
  /** Null where the paper has no such row, does not say what it was measured on, or where ours is unknown. */
  readonly unlike: readonly Unlike[] | null;
}

/** Whether our change and the paper's go the same way. */
export type Verdict =
  /** The interval of ours holds 0. */
  | 'not clear'
  | 'same sign'
  | 'opposite sign'
  /** The paper prints the same number twice. */
  | 'paper unchanged'
  /** Nothing says how sure ours is. */
  | 'no interval';

/** A metric of the second row of a step less that of the first. */
export interface StepChange {
  /** Points for error rates. */
  readonly change: number;
  /** 95%. */
  readonly interval: readonly [number, number] | null;
  /** What the interval follows from: the same images under both rows, or the spread over the runs of each. */
  readonly from: 'images' | 'runs' | null;
  readonly paper: number | null;
  /** Null where the paper has no such change. */
  readonly verdict: Verdict | null;
}

/** Two rows that differ in one axis. */
export interface TableStep {
  readonly axis: string;
  readonly from: LabelValue;
  readonly to: LabelValue;
  /** What both rows share of the axes that the step names, in the paper's px. */
  readonly same: Labels;
  /** By metric. */
  readonly changes: Readonly<Record<string, StepChange>>;
}

export interface Table {
  readonly format: 5;
  readonly name: string;
  /** The paper's; null without one, where the title of the spec stands for it. */
  readonly caption: string | null;
  /** Whose the numbers beside ours are; absent where they are the paper's. */
  readonly source?: string;
  /** What the paper's numbers were measured on; null where it is not said. */
  readonly measuredOn: MeasuredOn | null;
  /** Points by which the same weights may differ; absent where none are declared. */
  readonly tolerance?: number;
  readonly columns: readonly TableColumn[];
  /** Axes over which rows are means, e.g. `seed`. */
  readonly over: readonly string[];
  readonly rows: readonly TableRow[];
  readonly steps: readonly TableStep[];
  readonly heatmap?: HeatmapPlan;
}
