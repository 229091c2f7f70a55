/** The `heatmap` of a table: whether its rows fill a map of two axes, and which cells are marked. */
import { type LocatedMap, locate } from '../spec/located.js';
import type { HeatmapSpec } from '../spec/heatmap-schema.js';
import { suggestion } from '../util/suggest.js';
import type { Expansion } from './expansion.js';
import { formatLabel, formatLabels, labelKey, type Labels, type LabelValue } from './labels.js';
import { labelOf, type Member } from './member.js';

export interface HeatmapPlan extends Pick<HeatmapSpec, 'rows' | 'columns' | 'metric'> {
  readonly marks: readonly HeatmapMark[];
}

export interface HeatmapMark {
  readonly name: string;
  /** Cells, by their values on the axes downwards and across. */
  readonly cells: readonly (readonly [LabelValue, LabelValue])[];
}

/** A table as far as its map needs it. */
export interface HeatmapTable {
  readonly heatmap: HeatmapSpec;
  /** Axes of each row, and one of the members behind it. */
  readonly rows: readonly { readonly labels: Labels; readonly members: readonly Member[] }[];
  readonly metrics: readonly string[];
}

/** Undefined after a mistake. */
export function tableHeatmap(
  name: string,
  table: HeatmapTable,
  expansion: Expansion,
): HeatmapPlan | undefined {
  const path = ['tables', name, 'heatmap'];
  const before = expansion.mistakes.length;
  const { heatmap, rows, metrics } = table;
  for (const key of ['rows', 'columns'] as const) {
    const axis = heatmap[key];
    const shared = Object.keys(rows[0]!.labels).filter((known) =>
      rows.every(({ labels }) => Object.hasOwn(labels, known)),
    );
    if (!shared.includes(axis))
      expansion.mistake(
        [...path, key],
        `The rows have no axis "${axis}" that all of them share.`,
        suggestion(axis, shared),
      );
  }
  if (!metrics.includes(heatmap.metric))
    expansion.mistake(
      [...path, 'metric'],
      `"${heatmap.metric}" is no metric among the columns of this table.`,
      suggestion(heatmap.metric, metrics),
    );
  if (expansion.mistakes.length > before || !isOneEach(path, table, expansion)) return undefined;
  const marks = marksOf(path, table, expansion);
  if (expansion.mistakes.length > before) return undefined;
  return { rows: heatmap.rows, columns: heatmap.columns, metric: heatmap.metric, marks };
}

function isOneEach(path: readonly string[], { heatmap, rows }: HeatmapTable, expansion: Expansion): boolean {
  const cells = new Map<string, Labels>();
  for (const { labels } of rows) {
    const key = [heatmap.rows, heatmap.columns].map((axis) => labelKey(labels[axis]!)).join(' / ');
    const other = cells.get(key);
    if (other) {
      expansion.mistake(
        path,
        `Two rows stand in one cell: ${formatLabels(other)} and ${formatLabels(labels)}.`,
        'Choose among the rows by "where", or make means of them by "over".',
      );
      return false;
    }
    cells.set(key, labels);
  }
  return true;
}

function marksOf(
  path: readonly string[],
  { heatmap, rows }: HeatmapTable,
  expansion: Expansion,
): readonly HeatmapMark[] {
  return (heatmap.marks ?? []).map(({ says }, i) => {
    const place = [...path, 'marks', String(i)];
    const mark = locate(expansion.spec.tree, place)!.value as LocatedMap;
    const before = expansion.mistakes.length;
    const cells = rows.flatMap(({ labels, members }): (readonly [LabelValue, LabelValue])[] => {
      // What is wrong in one row is wrong in all.
      if (expansion.mistakes.length > before) return [];
      const at = expansion.substituted(mark, members[0]!.axes).get('at');
      const wanted = at ? [labelOf(at)].flat().map((one) => labelKey(one)) : [];
      const value = labels[heatmap.columns]!;
      return wanted.includes(labelKey(value)) ? [[labels[heatmap.rows]!, value]] : [];
    });
    if (cells.length === 0 && expansion.mistakes.length === before) {
      const values = rows.map(({ labels }) => formatLabel(labels[heatmap.columns]!));
      expansion.mistake(
        [...place, 'at'],
        `No row has such a value of "${heatmap.columns}", so nothing is marked.`,
        `There is: ${[...new Set(values)].join(', ')}.`,
      );
    }
    return { name: says, cells };
  });
}
