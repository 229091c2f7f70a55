/** What is wrong with the classes of an image set, as messages for the user; undefined if nothing is. */
import type { DatasetSource } from './dataset.js';

/** Labels mean nothing across two lists of images whose classes are others, or the same in another order. */
export function classesDiffer(train: readonly string[], val: readonly string[]): string | undefined {
  const only = onlyIn(
    { whose: 'the training images have', classes: train },
    { whose: 'the validation images have', classes: val },
  );
  if (only !== undefined)
    return `The classes of the two splits differ: ${only}. Both need the same class folders.`;
  const at = train.findIndex((name, i) => name !== val[i]);
  if (at < 0) return undefined;
  const swapped = swappedOrders(
    { whose: 'of the training images', classes: train },
    { whose: 'of the validation images', classes: val },
  );
  const remedy = swapped && ' Name the classes in the order of their sorted WNIDs.';
  return `Class ${at + 1} is "${val[at]!}" in the validation images but "${train[at]!}" in the training images. Both splits need the same classes in the same order.${swapped}${remedy}`;
}

/**
 * So do scores of a net for other classes than those of the images.
 * @param net its name is what it is, e.g. `Net D of vgg16.pth`
 * @param set the images' name
 * @param remedy what to do about other classes, `orderRemedy` about another order: sentences
 */
export function netForOthers(
  net: {
    readonly name: string;
    readonly classes: readonly string[];
    readonly remedy: string;
    readonly orderRemedy: string;
  },
  set: { readonly name: string; readonly classes: readonly string[] },
): string | undefined {
  const only = onlyIn(
    { whose: 'the net has', classes: net.classes },
    { whose: 'the images have', classes: set.classes },
  );
  if (only !== undefined)
    return `${net.name} tells ${net.classes.length} classes apart, and "${set.name}" has ${set.classes.length}: ${only}. ${net.remedy}`;
  const at = net.classes.findIndex((name, i) => name !== set.classes[i]);
  if (at < 0) return undefined;
  const swapped = swappedOrders(
    { whose: 'of the net', classes: net.classes },
    { whose: 'of the images', classes: set.classes },
  );
  return `Class ${at + 1} is "${set.classes[at]!}" in "${set.name}" but "${net.classes[at]!}" in the scores of ${net.name}. Scores are compared by place, so both need the same order.${swapped} ${net.orderRemedy}`;
}

interface Named {
  readonly whose: string;
  readonly classes: readonly string[];
}

/** Undefined if both have the same, in whatever order. */
function onlyIn(...both: readonly [Named, Named]): string | undefined {
  const parts = both.flatMap(({ whose, classes }, i) => {
    const others = new Set(both[1 - i]!.classes);
    const missing = classes.filter((name) => !others.has(name)).map((name) => `"${name}"`);
    return missing.length > 0 ? [`only ${whose} ${shortened(missing)}`] : [];
  });
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** The first synsets of ILSVRC-2012's devkit by their ILSVRC2012_ID: enough to know that order by. */
const FIRST_BY_ID = ['n02119789', 'n02100735', 'n02110185', 'n02096294', 'n02102040'];

/** In words, where one list is in the order of the WNIDs and the other in that of the devkit; else nothing. */
function swappedOrders(...both: readonly [Named, Named]): string {
  const isById = ({ classes }: Named) => {
    const first = classes.filter((name) => FIRST_BY_ID.includes(name));
    return (
      first.length >= 3 &&
      first.every((name, i) => name === FIRST_BY_ID.filter((id) => classes.includes(id))[i])
    );
  };
  const which = both.find(isById);
  if (!which) return '';
  return ` The two orders of ILSVRC-2012's classes are swapped: those ${which.whose} are by the devkit's ILSVRC2012_ID, the others by WNID, as Caffe's, torchvision's and Keras's weights have them.`;
}

/** Names in a message. */
const MOST_NAMES = 5;

function shortened(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Every net would be right about a single class. */
export function onlyOneClass(classes: readonly string[], { name, root }: DatasetSource): string | undefined {
  if (classes.length > 1) return undefined;
  return `"${name}" holds one class to train on, "${classes[0]!}", but a net learns to tell at least two apart. ${root === undefined ? 'Add another.' : `Each is a folder of images in ${root}/train and in ${root}/val.`}`;
}
