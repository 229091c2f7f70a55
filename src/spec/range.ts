/** A range of scales, written as the scalar `256..512`: each image draws a whole number, ends included. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

export const RANGE_PATTERN = '^[0-9]+\\.\\.[0-9]+$';

/** The range that a value is; undefined for everything else, and where the ends are the wrong way round. */
export function parseRange(value: unknown): Range | undefined {
  if (typeof value !== 'string' || !new RegExp(RANGE_PATTERN).test(value)) return undefined;
  const [min, max] = value.split('..').map(Number) as [number, number];
  return min < max ? { min, max } : undefined;
}

/** The ends of a range; both are the value itself where it is one scale. */
export function endsOf(scale: number | string): Range {
  return parseRange(scale) ?? { min: Number(scale), max: Number(scale) };
}

export function formatRange({ min, max }: Range): string {
  return `${min}..${max}`;
}
