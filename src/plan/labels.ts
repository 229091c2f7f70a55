/** Where a task stands among its sisters: the values of its axes, e.g. net, S and Q in the paper's px. Not part of its identity. */

export type LabelValue = string | number | boolean | null | readonly LabelValue[];

export type Labels = Readonly<Record<string, LabelValue>>;

/** `256..512`, `dense`, `224,256,288`. */
export function formatLabel(value: LabelValue): string {
  return Array.isArray(value) ? value.map(formatLabel).join(',') : String(value);
}

/** `net=A S=256`. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${formatLabel(value)}`)
    .join(' ');
}

/** Equal for values that are the same: a scale is the same as a number and as its text, a list another than its only item. */
export function labelKey(value: LabelValue): string {
  return `${Array.isArray(value) ? '[' : ''}${formatLabel(value)}`;
}

/** Equal for labels that say the same, in whatever order their axes were written. */
export function labelsKey(labels: Labels): string {
  const axes = Object.keys(labels).sort();
  return JSON.stringify(axes.map((axis) => [axis, labelKey(labels[axis]!)]));
}

/** Whether two labels are the same value. */
export function sameLabel(a: LabelValue | undefined, b: LabelValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : labelKey(a) === labelKey(b);
}
