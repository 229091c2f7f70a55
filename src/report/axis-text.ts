import { formatLabel } from '../plan/labels.js';
import type { TableRow } from '../run/table.js';

/** An axis of a row: the paper's px, and the real ones where they differ. */
export function axisText({ labels, real }: TableRow, name: string): string {
  const label = labels[name];
  if (label === undefined) return '-';
  const text = formatLabel(label);
  const actual = real[name];
  if (actual === undefined || formatLabel(actual) === text) return text;
  return `${text} (${formatLabel(actual)} px)`;
}
