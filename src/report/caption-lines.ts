/** What stands under a table: how its rows were measured, and what the paper's numbers can be compared with. */
import { formatLabel } from '../plan/labels.js';
import type { Table, TableRow } from '../run/table.js';

/** @param environments in which the results were made, if more than one */
export function captionLines(table: Table, environments: readonly string[]): readonly string[] {
  const protocols = protocolLines(table);
  const others = [
    ...paperLines(table),
    ...(environments.length > 1
      ? [`Made in ${environments.length} environments: ${environments.join('; ')}.`]
      : []),
  ];
  const isList = protocols.some((line) => line.startsWith('- '));
  // Without an empty line what follows a list belongs to its last item.
  return [...protocols, ...(isList && others.length > 0 ? [''] : []), ...others];
}

/** What all rows share is said first, and rows that were measured alike share a line. */
function protocolLines(table: Table): readonly string[] {
  const ours = table.rows.filter(({ protocol }) => protocol !== null);
  const clauses = ours.map((row) => clausesOf(row, table));
  if (ours.length <= 1) return clauses.map((one) => `${capitalised(one.join('; '))}.`);
  // A mean of nets says everything of each, in which a clause taken out would be missed.
  const isPlain = ours.every(({ protocol }) => !protocol!.startsWith('mean of'));
  const shared = (clauses[0] ?? []).filter(
    (clause) => isPlain && clauses.every((all) => all.includes(clause)),
  );
  const alike = new Map<string, string[]>();
  for (const [i, row] of ours.entries()) {
    const own = clauses[i]!.filter((clause) => !shared.includes(clause)).join('; ');
    alike.set(own, [...(alike.get(own) ?? []), nameOf(row, table)]);
  }
  const rows = [...alike].flatMap(([own, names]) => (own === '' ? [] : [`- ${names.join('; ')}: ${own}.`]));
  return shared.length > 0 ? [`All rows: ${shared.join('; ')}.`, ...rows] : rows;
}

function clausesOf({ protocol, runs, images, classes }: TableRow, { over }: Table): readonly string[] {
  return [...protocol!.split('; '), `${images!} images of ${classes!} classes, ${runsInWords(runs, over)}`];
}

function runsInWords(runs: number, over: readonly string[]): string {
  if (runs === 1) return 'one seed';
  if (over.join() === 'seed') return `${runs} seeds`;
  return `mean of ${runs} results, over ${over.join(', ')}`;
}

/** The row by its axes. */
function nameOf(row: TableRow, { columns }: Table): string {
  const axes = columns.filter(({ kind }) => kind === 'axis').map(({ name }) => name);
  return axes.map((axis) => formatLabel(row.labels[axis] ?? '-')).join(' ');
}

function paperLines({ rows, measuredOn }: Table): readonly string[] {
  const printed = rows.filter(({ metrics }) => Object.values(metrics).some(({ paper }) => paper !== null));
  if (printed.length === 0) return [];
  const joined = printed.filter(({ runs }) => runs > 0);
  if (!measuredOn)
    return joined.length > 0
      ? ["What the paper's numbers were measured on is not declared (measuredOn), so no difference is shown."]
      : [];
  const { dataset, images, classes, width, crop } = measuredOn;
  return [
    `The paper's numbers are for ${images} images of ${classes} classes (${dataset}), nets of width ${width}, crop ${crop} px.`,
    ...unlikeLines(joined),
  ];
}

/** Why no difference is shown, or not for all rows. */
function unlikeLines(joined: readonly TableRow[]): readonly string[] {
  if (joined.length > 0 && joined.every(({ unlike }) => unlike === null))
    return ['No difference from the paper is shown, since these results do not say how they were measured.'];
  const other = joined.filter(({ unlike }) => unlike !== null && unlike.length > 0);
  if (other.length === 0) return [];
  const found = new Map<string, { readonly ours: Set<string>; readonly paper: Set<string> }>();
  for (const { what, ours, paper } of other.flatMap(({ unlike }) => unlike!)) {
    const one = found.get(what) ?? { ours: new Set(), paper: new Set() };
    one.ours.add(ours);
    one.paper.add(paper);
    found.set(what, one);
  }
  const reasons = [...found].map(
    ([what, { ours, paper }]) => `${what} ${[...ours].join(', ')} instead of ${[...paper].join(', ')}`,
  );
  return [
    other.length === joined.length
      ? `No difference from the paper is shown, since ours were measured otherwise: ${reasons.join('; ')}.`
      : `A difference from the paper is shown where ours was measured likewise; of the other rows: ${reasons.join('; ')}.`,
  ];
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
