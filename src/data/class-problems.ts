/** What is wrong with the classes of an image set, as messages for the user; undefined if nothing is. */
import type { DatasetSource } from './dataset.js';

/** Labels mean nothing across two lists of images whose classes are others, or the same in another order. */
export function classesDiffer(train: readonly string[], val: readonly string[]): string | undefined {
  const longer = train.length > val.length ? train : val;
  const at = longer.findIndex((_, i) => train[i] !== val[i]);
  if (at < 0) return undefined;
  return `Class ${at + 1} is "${val[at] ?? 'missing'}" in the validation images but "${train[at] ?? 'missing'}" in the training images. Both splits need the same class folders.`;
}

/** Every net would be right about a single class. */
export function onlyOneClass(classes: readonly string[], { name, root }: DatasetSource): string | undefined {
  if (classes.length > 1) return undefined;
  return `"${name}" holds one class to train on, "${classes[0]!}", but a net learns to tell at least two apart. ${root === undefined ? 'Add another.' : `Each is a folder of images in ${root}/train and in ${root}/val.`}`;
}
