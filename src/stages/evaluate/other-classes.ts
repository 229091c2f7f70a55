/** A net for other classes than those of the images that it is evaluated on, told by what is to be mended. */
import { netForOthers } from '../../data/class-problems.js';
import type { CheckpointDescription } from '../../nn/checkpoint.js';

/** @returns a message for the user; undefined if the net is for these classes, in this order */
export function otherClasses(
  {
    shape: { net },
    classes,
    importedFrom,
  }: Pick<CheckpointDescription, 'shape' | 'classes' | 'importedFrom'>,
  images: { readonly name: string; readonly classes: readonly string[] },
): string | undefined {
  if (!importedFrom)
    return netForOthers(
      {
        name: `Net ${net}`,
        classes,
        remedy: 'Evaluate it on images of the classes that it was trained on.',
        orderRemedy: 'Evaluate it on images whose classes are in the order that it was trained on.',
      },
      images,
    );
  const { file, release, sha256 } = importedFrom;
  return netForOthers(
    {
      name: `Net ${net} of ${file ?? release ?? `the file ${sha256.slice(0, 12)}`}`,
      classes,
      remedy: 'Say in "classes" of its import stage which it tells apart, in the order of its scores.',
      // Names alone in another order would leave the scores where they are, and every one would be wrong.
      orderRemedy:
        'If its scores are in that order, sort the rows of its last layer before it is imported; if they are not, mend "classes" of its import stage.',
    },
    images,
  );
}
