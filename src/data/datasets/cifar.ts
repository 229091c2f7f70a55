import { join } from 'node:path';
import { digestValue } from '../../util/digest.js';
import {
  Dataset,
  DatasetError,
  type DatasetSource,
  type ImageEntry,
  type Listing,
  type Split,
} from '../dataset.js';
import {
  type CifarForm,
  cifarForm,
  cifarNames,
  interleaved,
  labelsIn,
  readRecord,
  recordsIn,
  SIDE,
} from './cifar-files.js';
import { byId } from './folder-scan.js';
import { rootOf } from './inside-root.js';
import { plainPng } from './plain-png.js';
import { stampOf } from './stamp.js';

/** All are as long, since nothing is compressed. */
const PNG_BYTES = plainPng(SIDE, SIDE, new Uint8Array(3 * SIDE * SIDE)).length;

/**
 * CIFAR-10 and CIFAR-100 in their binary versions; the test images are the validation images. Ids are
 * `<class>/<file>-<number>.png`, the number that of the record in its file, from 0; images are given as PNGs. Classes
 * are in the order of the set's own labels.
 */
export class Cifar extends Dataset {
  override readonly kind = 'cifar';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const { root, form, names } = await open(source);
    const stamps = await Promise.all(form.files[split].map((file) => stampOf(join(root, file))));
    return digestValue({ names, labelAt: form.labelAt, stamps });
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    const { root, form, names } = await open(source);
    const images: ImageEntry[] = [];
    for (const file of form.files[split])
      for (const [index, label] of (await labelsIn(root, file, form)).entries()) {
        const name = names[label];
        if (name === undefined)
          throw new DatasetError(
            `${join(root, file)}: record ${index} has the label ${label}, but ${form.namesFile} names ${names.length} classes. Get the set anew.`,
          );
        images.push({ id: idOf(name, file, index), label, bytes: PNG_BYTES });
      }
    return { classes: names, images: images.sort(byId) };
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const { root, form, names } = await open(source);
    const [, name, stem, number] = /^([^/]+)\/(\w+)-(\d{5,15})\.png$/.exec(id) ?? [];
    const file = form.files[split].find((one) => one === `${stem ?? ''}.bin`);
    const absent = () =>
      new DatasetError(`${form.name} in ${root} has no image ${JSON.stringify(id)} in ${split}.`);
    if (file === undefined || Number(number) >= (await recordsIn(root, file, form))) throw absent();
    const { label, planes } = await readRecord(join(root, file), Number(number), form);
    if (names[label] !== name) throw absent();
    return plainPng(SIDE, SIDE, interleaved(planes));
  }
}

function idOf(className: string, file: string, index: number): string {
  return `${className}/${file.replace(/\.bin$/, '')}-${String(index).padStart(5, '0')}.png`;
}

async function open(source: DatasetSource): Promise<{
  readonly root: string;
  readonly form: CifarForm;
  readonly names: readonly string[];
}> {
  const root = rootOf(source);
  const form = await cifarForm(root, source.options?.['labels'] === 'coarse' ? 'coarse' : 'fine');
  return { root, form, names: await cifarNames(root, form) };
}
