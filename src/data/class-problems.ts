/** What is wrong with the classes of an image set, as messages for the user; undefined if nothing is. */
import type { DatasetSource } from './dataset.js';

/** Labels mean nothing across two lists of images whose classes are others, or the same in another order. */
export function classesDiffer(train: readonly string[], val: readonly string[]): string | undefined {
  const missing = (from: readonly string[], to: readonly string[]) =>
    from.filter((name) => !to.includes(name)).map((name) => `"${name}"`);
  const [onlyTrain, onlyVal] = [missing(train, val), missing(val, train)];
  const parts = [
    ...(onlyTrain.length > 0 ? [`only the training images have ${shortened(onlyTrain)}`] : []),
    ...(onlyVal.length > 0 ? [`only the validation images have ${shortened(onlyVal)}`] : []),
  ];
  if (parts.length > 0)
    return `The classes of the two splits differ: ${parts.join(', ')}. Both need the same class folders.`;
  const at = train.findIndex((name, i) => name !== val[i]);
  if (at < 0) return undefined;
  return `Class ${at + 1} is "${val[at]!}" in the validation images but "${train[at]!}" in the training images. Both splits need the same classes in the same order.${swappedOrders(train, val)}`;
}

/** The first synsets of ILSVRC-2012's devkit by their ILSVRC2012_ID: enough to know that order by. */
const FIRST_BY_ID = ['n02119789', 'n02100735', 'n02110185', 'n02096294', 'n02102040'];

/** In words, where one list is in the order of the WNIDs and the other in that of the devkit; else nothing. */
function swappedOrders(train: readonly string[], val: readonly string[]): string {
  const isById = (names: readonly string[]) => {
    const first = names.filter((name) => FIRST_BY_ID.includes(name));
    return (
      first.length >= 3 &&
      first.every((name, i) => name === FIRST_BY_ID.filter((id) => names.includes(id))[i])
    );
  };
  const which = isById(train) ? 'training' : isById(val) ? 'validation' : undefined;
  if (which === undefined) return '';
  return ` The two orders of ILSVRC-2012's classes are swapped: those of the ${which} images are by the devkit's ILSVRC2012_ID, the others by WNID, as Caffe's, torchvision's and Keras's weights have them. Name the classes in the order of their sorted WNIDs.`;
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
