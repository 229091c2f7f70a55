/** A file that holds a paper's tables and no spec: it is checked by itself, and refused where a spec is wanted. */
import { basename } from 'node:path';
import type { Diagnostic } from './diagnostic.js';
import type { Located, LocatedMap } from './located.js';
import { paperTable, readPaperTable } from './paper-table.js';
import type { MetricSchema } from './schema.js';

/** Whether a file holds a table of a paper, and no stages. */
export function isPaperFile({ entries }: LocatedMap): boolean {
  return !entries.has('stages') && [...entries.values()].some(({ value }) => isTable(value));
}

function isTable(value: Located): boolean {
  return value.kind === 'map' && paperTable.required.every((key) => value.entries.has(key));
}

/** Why a paper's tables are not planned or run. */
export function noSpec(tree: LocatedMap): Diagnostic {
  const [name, { key }] = [...tree.entries].find(([, { value }]) => isTable(value))!;
  return {
    at: key,
    message: "This file holds a paper's tables, and no spec.",
    help: `A table of a spec names one of them: paper: ${basename(key.file)}#${name}.`,
  };
}

/** What is wrong in any table of such a file. */
export function paperFileMistakes(
  tree: LocatedMap,
  file: string,
  metrics: readonly MetricSchema[],
): readonly Diagnostic[] {
  return [...tree.entries].flatMap(([name, { key }]) => {
    const table = readPaperTable({ file, name }, tree, { reference: key, metrics });
    return table.ok ? [] : table.error;
  });
}
