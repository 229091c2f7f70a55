/** PASCAL VOC compared with what is known of it: images and classes of its lists, and an annotation for each image. */
import { readAnnotation } from '../data/voc/annotation.js';
import { readVocLabels, type VocSet } from '../data/voc/labels.js';
import { UserError } from '../util/user-error.js';

export interface VocCount {
  readonly images: number;
  readonly classes: number;
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** @throws DatasetError if there are no lists */
export async function countVoc(
  root: string,
  set: VocSet,
  progress: (done: number, total: number) => void,
): Promise<VocCount> {
  const { classes, images } = await readVocLabels(root, set);
  const problems: string[] = [];
  let done = 0;
  for (const [image, labels] of images) {
    try {
      const { objects } = await readAnnotation(root, image);
      const strange = objects.find(({ name }) => !classes.includes(name));
      if (strange) problems.push(`${image} has a ${strange.name}, which is no class.`);
      // A list says 0 of an image all of whose objects are difficult, and -1 only of one without any.
      const wrong = classes.find((name, i) => labels[i] === -1 && objects.some((one) => one.name === name));
      if (wrong !== undefined)
        problems.push(`${image} has a ${wrong} in its annotation, but -1 in the list of that class.`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
    progress(++done, images.size);
  }
  return { images: images.size, classes: classes.length, problems };
}
