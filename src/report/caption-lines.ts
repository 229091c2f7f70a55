/** What stands under a table: how its rows were measured, and what the paper's numbers can be compared with. */
import { formatLabel } from '../plan/labels.js';
import type { RowProtocol, Table, TableRow } from '../run/table.js';

/** @param environments in which the results were made, if more than one */
export function captionLines(table: Table, environments: readonly string[]): readonly string[] {
  const protocols = protocolLines(table);
  const others = [
    ...intervalLines(table),
    ...easyLines(table),
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
  const ours = table.rows.flatMap((row) => (row.protocol ? [{ row, parts: partsOf(row, table) }] : []));
  const all = ours.flatMap(({ parts }) => parts);
  const shared = ours.length > 1 ? sharedOf(all) : [];
  const alike = new Map<string, string[]>();
  for (const { row, parts } of ours) {
    const own = textOf(row.protocol!, withoutAll(parts, shared));
    alike.set(own, [...(alike.get(own) ?? []), nameOf(row, table)]);
  }
  if (ours.length === 1) return [...alike.keys()].map((own) => `${capitalised(own)}.`);
  const rows = [...alike].flatMap(([own, names]) => (own === '' ? [] : [`- ${names.join('; ')}: ${own}.`]));
  return shared.length > 0 ? [`All rows: ${shared.join('; ')}.`, ...rows] : rows;
}

/** What the intervals of single runs leave out. */
function intervalLines({ rows }: Table): readonly string[] {
  const cells = rows.flatMap(({ metrics }) => Object.values(metrics));
  if (cells.every(({ interval }) => interval === null)) return [];
  const counted = rows.some(({ things }) => things !== null)
    ? ', of which those that show one thing count together'
    : '';
  return [
    `Intervals are about these trained nets, on images like these${counted}; another seed moves an error further, which only a table over seeds shows.`,
  ];
}

/** Five guesses of five classes are never wrong. */
function easyLines({ rows, columns }: Table): readonly string[] {
  if (!columns.some(({ name }) => name === 'top5')) return [];
  const classes = rows.flatMap((row) => (row.classes === null ? [] : [row.classes]));
  const fewest = Math.min(...classes);
  if (fewest > 10) return [];
  return fewest <= 5
    ? [`A top-5 error over ${fewest} classes is 0, whatever the net.`]
    : [
        `Of ${fewest} classes five guesses at random are wrong in ${Math.round(100 * (1 - 5 / fewest))}%: that is what a top-5 error is to be compared with.`,
      ];
}

type Parts = readonly (readonly string[])[];

function partsOf({ protocol, runs, images, things, classes }: TableRow, { over }: Table): Parts {
  const shown = things === null ? '' : ` (${things} things)`;
  const measured = `${images!} images${shown} of ${classes!} classes, ${runsInWords(runs, over)}`;
  return protocol!.parts.map((clauses) => [...clauses, measured]);
}

/** Clauses that every part has, in the order of the first. */
function sharedOf(parts: Parts): readonly string[] {
  return (parts[0] ?? []).filter((clause) => parts.every((clauses) => clauses.includes(clause)));
}

function withoutAll(parts: Parts, clauses: readonly string[]): Parts {
  return parts.map((part) => part.filter((clause) => !clauses.includes(clause)));
}

/** Of several parts what they share comes first. */
function textOf({ joined }: RowProtocol, parts: Parts): string {
  if (parts.length === 1) return parts[0]!.join('; ');
  const shared = sharedOf(parts);
  const own = withoutAll(parts, shared).map((clauses) => clauses.join('; '));
  const what = joined === 'runs' ? 'mean' : `mean of the ${joined}`;
  return [...shared, `${what} of ${own.join(', and of ')}`].join('; ');
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

function paperLines({ rows, measuredOn, tolerance, source }: Table): readonly string[] {
  const whose = source === undefined ? "the paper's" : `${source}'s`;
  const printed = rows.filter(({ metrics }) => Object.values(metrics).some(({ paper }) => paper !== null));
  if (printed.length === 0) return [];
  const joined = printed.filter(({ runs }) => runs > 0);
  if (!measuredOn)
    return joined.length > 0
      ? [`What ${whose} numbers were measured on is not declared (measuredOn), so no difference is shown.`]
      : [];
  const { dataset, images, classes, width, crop } = measuredOn;
  return [
    `${capitalised(whose)} numbers are for ${images} images of ${classes} classes (${dataset}), nets of width ${width}, crop ${crop} px.`,
    ...unlikeLines(joined, source ?? 'the paper'),
    ...(tolerance === undefined
      ? []
      : [
          `Verdict: the same weights are said to agree within ${tolerance} points, of a part of the images within ${tolerance} points of its interval.`,
        ]),
  ];
}

/** Why no difference is shown, or not for all rows. @param source from which it would be one */
function unlikeLines(joined: readonly TableRow[], source: string): readonly string[] {
  if (joined.length > 0 && joined.every(({ unlike }) => unlike === null))
    return [`No difference from ${source} is shown, since these results do not say how they were measured.`];
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
  // A part of the same images has a verdict by its interval.
  if (other.every(hasVerdict)) return [`Ours are of fewer ${reasons.join('; ')}, so no difference is shown.`];
  return [
    other.length === joined.length
      ? `No difference from ${source} is shown, since ours were measured otherwise: ${reasons.join('; ')}.`
      : `A difference from ${source} is shown where ours was measured likewise; of the other rows: ${reasons.join('; ')}.`,
  ];
}

function hasVerdict({ metrics }: TableRow): boolean {
  return Object.values(metrics).some(({ agreement }) => agreement !== undefined);
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
