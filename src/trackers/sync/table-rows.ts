/** The rows of a table as small runs of their own, so that the server's pages sort and compare them. Pure. */
import { formatLabel, formatLabels } from '../../plan/labels.js';
import type { Table, TableRow } from '../../run/table.js';
import { digestValue } from '../../util/digest.js';
import { fitKey, fitText, LIMITS, type Texts } from '../mlflow/values.js';
import { fitted } from './task-run.js';

export interface RowRun {
  /** The same for the same row of the same table, measured in the same way: parameters on a server never change. */
  readonly key: string;
  readonly name: string;
  readonly params: Texts;
  readonly tags: Texts;
  /** By key, units in the name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** @param datasets the names of what the rows were measured on, where it is one */
export function rowRuns(table: Table, dataset: string | undefined): readonly RowRun[] {
  return table.rows.filter(({ runs }) => runs > 0).map((row) => rowRun(table, row, dataset));
}

function rowRun(table: Table, row: TableRow, dataset: string | undefined): RowRun {
  const { labels, real } = row;
  const axes = Object.entries(labels).map(([axis, value]) => [axis, formatLabel(value)] as const);
  const scales = Object.entries(real).map(([axis, value]) => [`${axis}_px`, formatLabel(value)] as const);
  const protocol = row.protocol?.parts.map((part) => part.join('; ')).join(' | ');
  const params = fitted(
    [
      ...[...axes, ...scales],
      ...(dataset === undefined ? [] : [['dataset', dataset] as const]),
      ...(protocol === undefined ? [] : [['protocol', protocol] as const]),
    ],
    LIMITS.param,
  );
  return {
    key: digestValue([table.name, params]).slice(0, 16),
    name: fitText(formatLabels(labels), LIMITS.key),
    params,
    tags: { table: table.name, 'mlflow.source.name': 'stagecraft' },
    metrics: Object.fromEntries(metricsOf(table, row)),
  };
}

function* metricsOf({ columns }: Table, row: TableRow): Generator<[string, number]> {
  for (const { name, kind, isErrorRate } of columns) {
    const cell = kind === 'metric' ? row.metrics[name] : undefined;
    if (cell?.value === null || cell === undefined) continue;
    const key = fitKey(isErrorRate ? `${name}_error_percent` : name);
    yield [key, cell.value];
    if (cell.sd !== null) yield [`${key}_sd`, cell.sd];
    if (cell.interval) {
      yield [`${key}_low`, cell.interval[0]];
      yield [`${key}_high`, cell.interval[1]];
    }
    if (cell.paper !== null) yield [`${key}_paper`, cell.paper];
  }
  if (row.images !== null) yield ['images', row.images];
  yield ['runs', row.runs];
}
