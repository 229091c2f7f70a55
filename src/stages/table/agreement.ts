/** Whether the same weights give the same error here as where it was printed. */
import type { PaperTable } from '../../spec/paper-table.js';
import type { TableCell, Unlike } from '../../run/table.js';

/** 9.82 less 9.62 is a little more than 0.2. */
const ROUNDING = 1e-9;

export interface Compared {
  readonly value: number;
  readonly interval: TableCell['interval'];
  readonly theirs: number | null;
  readonly unlike: readonly Unlike[] | null;
}

/**
 * On the same images only what evaluates differs, so the tolerance is all that is allowed; a part of them has its
 * interval besides. Undefined where no tolerance is declared, or more than the images differs.
 */
export function agreementOf(
  { value, interval, theirs, unlike }: Compared,
  paper: PaperTable | null,
): TableCell['agreement'] {
  const tolerance = paper?.tolerance;
  if (tolerance === undefined || theirs === null || !unlike) return undefined;
  if (unlike.length === 0) return said(Math.abs(value - theirs) <= tolerance + ROUNDING);
  const isPart = unlike.every(
    ({ what, ours, paper: all }) => what === 'images' && Number(ours) < Number(all),
  );
  if (!isPart || !interval) return undefined;
  const [low, high] = interval;
  return said(theirs >= low - tolerance - ROUNDING && theirs <= high + tolerance + ROUNDING);
}

function said(isAlike: boolean): TableCell['agreement'] {
  return isAlike ? 'agrees' : 'differs';
}
