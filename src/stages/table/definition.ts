/** A table of errors beside the paper's. Written in a spec under `tables:`. */
import type { Labels, StageDefinition } from '../../plan/definition.js';
import type { TableColumn } from '../../run/table.js';
import type { PaperTable } from '../../spec/paper-table.js';

/** As the plan writes them; `rows` are the labels of the scores, in the order of the input. */
export interface TableParameters {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly join: readonly string[];
  readonly paper: PaperTable | null;
  readonly rows: readonly Labels[];
}

export const tableDefinition: StageDefinition = {
  kind: 'table',
  version: '1',
  description: "puts results beside the paper's",
  inputs: { rows: 'scores' },
  output: 'table',
  usesEngine: false,
  readsImages: false,
  expand: () => [],
};
