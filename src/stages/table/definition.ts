/** A table of numbers beside the paper's. Written in a spec under `tables:`. */
import type { StageDefinition } from '../../plan/definition.js';
import type { HeatmapPlan } from '../../plan/table-heatmap.js';
import { TABLE_KIND, type TableRowPlan } from '../../plan/table-tasks.js';
import type { TableStepPlan } from '../../plan/table-steps.js';
import type { PaperTable } from '../../spec/paper-table.js';

/** As the plan writes them; the inputs stand in the order of the rows. */
export interface TableParameters {
  readonly name: string;
  /** The paper's; null without one. */
  readonly caption: string | null;
  /** Type of the rows' artifacts. */
  readonly artifact: string;
  /** Axes, metrics, facts and the paper's alone, in the order of the columns. */
  readonly columns: readonly string[];
  readonly metrics: readonly string[];
  /** Columns that scores say of themselves. */
  readonly facts: readonly string[];
  /** Columns of numbers that only the paper has; absent where there is none. */
  readonly paperOnly?: readonly string[];
  readonly join: readonly string[];
  readonly paper: PaperTable | null;
  readonly paperRows: 'joined' | 'all';
  /** Axes over which rows are means. */
  readonly over: readonly string[];
  readonly rows: readonly TableRowPlan[];
  readonly steps: readonly TableStepPlan[];
  /** Absent from tables without one. */
  readonly heatmap?: HeatmapPlan;
}

export const tableDefinition: StageDefinition = {
  kind: TABLE_KIND,
  version: '7',
  description: "puts results beside the paper's",
  inputs: { rows: 'scores' },
  output: 'table',
  usesEngine: false,
  readsImages: false,
  expand: () => {
    throw new Error('Internal error: a spec cannot name the kind "table"');
  },
};
