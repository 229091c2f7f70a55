/** `matrix`: axes and their alternatives to the combinations that a stage's members are made of. */
import { suggestion } from '../util/suggest.js';
import { canonicalJson } from '../util/digest.js';
import type { Diagnostic } from './diagnostic.js';
import {
  type Located,
  type LocatedEntry,
  type LocatedList,
  type LocatedMap,
  mapAt,
  toPlain,
} from './located.js';
import { parseRange } from './range.js';
import { PAPER_CROP } from './scales.js';
import { MATRIX_WORDS } from './sweep-schema.js';

/** One combination: the value of each axis, with its place. */
export type Row = ReadonlyMap<string, Located>;

/** More members than anybody means. */
export const MAX_ROWS = 100_000;

/**
 * The product of the axes with the zipped ones, less what is excluded, with what is included after it.
 * @param matrix fits its schema; every expression in it has been replaced
 * @returns undefined if there is a mistake
 */
export function matrixRows(matrix: LocatedMap, mistakes: Diagnostic[]): readonly Row[] | undefined {
  const before = mistakes.length;
  const words: readonly string[] = MATRIX_WORDS;
  const bare = [...matrix.entries].filter(([name]) => !words.includes(name));
  const product = [...bare, ...(mapAt(matrix, 'product')?.entries ?? [])];
  const factors: (readonly Row[])[] = product.map(([axis, entry]) =>
    alternatives(axis, entry, mistakes).map((item): Row => new Map([[axis, item]])),
  );
  const zip = mapAt(matrix, 'zip');
  if (zip) factors.push(zipped(zip, mistakes));
  checkAxes(product, zip, mistakes);
  if (mistakes.length > before) return undefined;
  const size = factors.reduce((total, factor) => total * factor.length, factors.length > 0 ? 1 : 0);
  if (size > MAX_ROWS) {
    mistakes.push({
      at: matrix.at,
      message: `This matrix stands for ${size} members; ${MAX_ROWS} are allowed.`,
      help: 'Split it into several specs.',
    });
    return undefined;
  }
  const all = factors.length > 0 ? factors.reduce(times) : [];
  const axes = [...product.map(([name]) => name), ...(zip?.entries.keys() ?? [])];
  const kept = excluded(all, list(matrix, 'exclude'), axes, mistakes);
  const rows = [...kept, ...included(list(matrix, 'include'), axes, mistakes)];
  checkRowsDiffer(rows, mistakes);
  if (mistakes.length > before) return undefined;
  if (rows.length === 0)
    mistakes.push({
      at: matrix.at,
      message: 'This matrix leaves no combination.',
      help: 'Exclude fewer, or include some.',
    });
  return rows.length === 0 ? undefined : rows;
}

/** Said where the second one is written. */
function checkRowsDiffer(rows: readonly Row[], mistakes: Diagnostic[]): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const values = [...row].sort(([a], [b]) => (a < b ? -1 : 1));
    const key = canonicalJson(values.map(([axis, value]) => [axis, toPlain(value)]));
    if (seen.has(key)) {
      const shown = [...row].map(([axis, value]) => `${axis} = ${String(toPlain(value))}`).join(', ');
      mistakes.push({
        at: [...row.values()][0]!.at,
        message: `The combination ${shown} stands twice in this matrix.`,
        help: 'Name it once.',
      });
    }
    seen.add(key);
  }
}

/** Where each axis is named; with no other axes the first combination under `include` says which there are. */
export function namedAxes(matrix: LocatedMap): readonly (readonly [string, LocatedEntry])[] {
  const words: readonly string[] = MATRIX_WORDS;
  const bare = [...matrix.entries].filter(([name]) => !words.includes(name));
  const listed = ['product', 'zip'].flatMap((word) => [...(mapAt(matrix, word)?.entries ?? [])]);
  const all = [...bare, ...listed];
  return all.length > 0 ? all : [...(list(matrix, 'include')[0]?.entries ?? [])];
}

function times(left: readonly Row[], right: readonly Row[]): readonly Row[] {
  return left.flatMap((a) => right.map((b): Row => new Map([...a, ...b])));
}

function alternatives(
  axis: string,
  { key, value }: LocatedEntry,
  mistakes: Diagnostic[],
): readonly Located[] {
  if (value.kind !== 'list') {
    const plain = JSON.stringify(toPlain(value));
    // A variable has one value; the list is to be written here, around it.
    const variable = value.kind === 'scalar' ? value.variable : undefined;
    mistakes.push({
      at: variable === undefined ? value.at : key,
      message: `The axis "${axis}" is ${plain}${variable === undefined ? '' : ` ("\${${variable}}")`}, but must be a list of alternatives.`,
      help: `Write ${alternativesOf(value)}.`,
    });
    return [];
  }
  const seen = new Set<string>();
  for (const item of value.items) {
    const text = canonicalJson(toPlain(item));
    if (seen.has(text))
      mistakes.push({
        at: item.at,
        message: `The axis "${axis}" has ${text} twice.`,
        help: 'Name each alternative once.',
      });
    seen.add(text);
  }
  return value.items;
}

/** A value as the list that was meant: of a range of numbers that are no scales, each of them. */
function alternativesOf(value: Located): string {
  if (value.kind === 'scalar' && value.variable !== undefined) return `['\${${value.variable}}']`;
  const range = parseRange(toPlain(value));
  if (!range || range.min >= PAPER_CROP) return `[${String(toPlain(value))}]`;
  const all = Array.from({ length: Math.min(5, range.max - range.min + 1) }, (_, i) => range.min + i);
  return `[${all.join(', ')}${range.max > all.at(-1)! ? ', ...' : ''}]`;
}

function zipped(zip: LocatedMap, mistakes: Diagnostic[]): readonly Row[] {
  const before = mistakes.length;
  const lists = [...zip.entries].map(([axis, entry]) => {
    const { value } = entry;
    const items = value.kind === 'list' ? value.items : alternatives(axis, entry, mistakes);
    return { axis, items };
  });
  if (mistakes.length > before) return [];
  const lengths = new Set(lists.map(({ items }) => items.length));
  if (lengths.size > 1) {
    mistakes.push({
      at: zip.at,
      message: `The lists under "zip" go together, but are not as long as each other: ${lists.map(({ axis, items }) => `${axis} has ${items.length}`).join(', ')}.`,
      help: 'Give each the same number of values; for every combination write the axes beside "zip".',
    });
    return [];
  }
  return (lists[0]?.items ?? []).map(
    (_, i): Row => new Map(lists.map(({ axis, items }) => [axis, items[i]!])),
  );
}

function checkAxes(
  product: readonly (readonly [string, { readonly key: Located['at'] }])[],
  zip: LocatedMap | undefined,
  mistakes: Diagnostic[],
): void {
  const seen = new Set<string>();
  for (const [axis, { key }] of [...product, ...(zip?.entries ?? [])]) {
    if (seen.has(axis))
      mistakes.push({
        at: key,
        message: `The axis "${axis}" stands twice in this matrix.`,
        help: 'Keep one.',
      });
    seen.add(axis);
  }
}

function list(matrix: LocatedMap, word: string): readonly LocatedMap[] {
  const value = matrix.entries.get(word)?.value as LocatedList | undefined;
  return (value?.items ?? []).filter((item): item is LocatedMap => item.kind === 'map');
}

function excluded(
  rows: readonly Row[],
  patterns: readonly LocatedMap[],
  axes: readonly string[],
  mistakes: Diagnostic[],
): readonly Row[] {
  let kept = rows;
  for (const pattern of patterns) {
    if (unknownAxes(pattern, axes, mistakes)) continue;
    const next = kept.filter((row) => !fits(row, pattern));
    if (next.length === kept.length)
      mistakes.push({
        at: pattern.at,
        message: 'No combination has these values, so nothing is excluded.',
        help: [...pattern.entries.values()].some(({ value }) => value.kind === 'list')
          ? 'A list is one value here: write a pattern for each alternative.'
          : 'Mend the values or leave this out.',
      });
    kept = next;
  }
  return kept;
}

function included(
  patterns: readonly LocatedMap[],
  axes: readonly string[],
  mistakes: Diagnostic[],
): readonly Row[] {
  // Alone, the first one says which axes there are.
  const wanted = axes.length > 0 ? axes : [...(patterns[0]?.entries.keys() ?? [])];
  return patterns.map((pattern): Row => {
    unknownAxes(pattern, wanted, mistakes);
    const missing = wanted.filter((axis) => !pattern.entries.has(axis));
    if (missing.length > 0)
      mistakes.push({
        at: pattern.at,
        message: `An included combination names every axis; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing here.`,
        help: `The axes: ${wanted.join(', ')}.`,
      });
    return new Map([...pattern.entries].map(([axis, { value }]) => [axis, value]));
  });
}

function unknownAxes(pattern: LocatedMap, axes: readonly string[], mistakes: Diagnostic[]): boolean {
  let wrong = false;
  for (const [axis, { key }] of pattern.entries) {
    if (axes.includes(axis)) continue;
    mistakes.push({
      at: key,
      message: `This matrix has no axis "${axis}".`,
      help: suggestion(axis, axes),
    });
    wrong = true;
  }
  return wrong;
}

function fits(row: Row, pattern: LocatedMap): boolean {
  return [...pattern.entries].every(
    ([axis, { value }]) => canonicalJson(toPlain(row.get(axis)!)) === canonicalJson(toPlain(value)),
  );
}
