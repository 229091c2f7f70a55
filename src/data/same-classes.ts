/** Labels mean nothing across two lists of images whose classes are others, or the same in another order. */

/** @returns the first difference as a message for the user; undefined if there is none */
export function classesDiffer(train: readonly string[], val: readonly string[]): string | undefined {
  const longer = train.length > val.length ? train : val;
  const at = longer.findIndex((_, i) => train[i] !== val[i]);
  if (at < 0) return undefined;
  return `Class ${at + 1} is "${val[at] ?? 'missing'}" in the validation images but "${train[at] ?? 'missing'}" in the training images. Both splits need the same class folders.`;
}
