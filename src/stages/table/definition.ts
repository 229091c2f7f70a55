/** A table of errors beside the paper's. Written in a spec under `tables:`. */
import { Type, type Static } from 'typebox';
import type { Labels, StageDefinition } from '../../plan/definition.js';
import type { TableColumn } from '../../run/table.js';
import type { PaperTable } from '../../spec/paper-table.js';
import { Strict } from '../../spec/schema.js';

/** As the plan writes them; `rows` are the labels of the scores, in the order of the input. */
export interface TableParameters {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly join: readonly string[];
  readonly paper: PaperTable | null;
  readonly rows: readonly Labels[];
}

const schema = Strict(
  { kind: Type.Literal('table', { description: 'Written under "tables:", not as a stage.' }) },
  { description: 'A table of results; specs write it under "tables:".' },
);

export const tableDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'table',
  version: '1',
  description: "puts results beside the paper's",
  schema,
  inputs: { rows: 'scores' },
  output: 'table',
  usesEngine: false,
  readsImages: false,
  expand: () => [],
};
