/** Small sets in the official layouts of ILSVRC-2012: six classes, three training and two validation images of each. */
import { gzipSync } from 'node:zlib';
import { matFile } from './mat-file.js';
import { noise, png } from './pictures.js';
import type { Scratch } from './scratch.js';
import { tar, type TarEntry } from './tar-file.js';

/** In the order of the devkit's ILSVRC2012_ID: kit fox, English setter, Siberian husky ... */
export const BY_ID = ['n02119789', 'n02100735', 'n02110185', 'n02096294', 'n02102040', 'n01440764'];
export const SORTED = [...BY_ID].sort();

/** ILSVRC2012_IDs of the validation images 1 to 12. */
export const TRUTH = [4, 1, 6, 2, 2, 5, 3, 1, 6, 4, 3, 5];

export type Layout = 'folders' | 'official' | 'kaggle' | 'tars';
export const LAYOUTS: readonly Layout[] = ['folders', 'official', 'kaggle', 'tars'];

const TRAIN_IMAGES = 3;

export function valName(number: number): string {
  return `ILSVRC2012_val_${String(number).padStart(8, '0')}.JPEG`;
}

/** Of each image, the same in every layout. PNGs: what an image is does not hang on its ending. */
export async function pictures(): Promise<{ train: TarEntry[]; val: TarEntry[] }> {
  let seed = 1;
  const picture = () => png(noise(12, 10, seed++));
  const train: TarEntry[] = [];
  for (const wnid of SORTED)
    for (let n = 1; n <= TRAIN_IMAGES; n++)
      train.push({ name: `${wnid}/${wnid}_${n * 7}.JPEG`, content: await picture() });
  const val: TarEntry[] = [];
  for (let n = 1; n <= TRUTH.length; n++) val.push({ name: valName(n), content: await picture() });
  return { train, val };
}

/** As the official one: the classes, and a synset above them; the rest of the fields as filling. */
export function metaMat(byId: readonly string[] = BY_ID): Buffer {
  const classes = byId.map((wnid, i) => synset(i + 1, wnid, []));
  return matFile('synsets', [...classes, synset(byId.length + 1, 'n02083346', [1, 2, 3])]);
}

function synset(id: number, wnid: string, children: readonly number[]) {
  const rest = { wordnet_height: 0, num_train_images: 1300 };
  const words = { words: `words of ${wnid}`, gloss: 'what it is' };
  return { ILSVRC2012_ID: id, WNID: wnid, ...words, num_children: children.length, children, ...rest };
}

export function truthFile(truth: readonly number[] = TRUTH): string {
  return truth.map((id) => `${id}\n`).join('');
}

export function solutionFile(wnid: (number: number) => string): string {
  const rows = TRUTH.map(
    (_, i) => `${valName(i + 1).replace('.JPEG', '')},${wnid(i + 1)} 1 2 30 40 ${wnid(i + 1)} 5 6 7 8 \n`,
  );
  return `ImageId,PredictionString\n${[...rows].reverse().join('')}`;
}

export function wnidOf(number: number): string {
  return BY_ID[TRUTH[number - 1]! - 1]!;
}

export async function makeIlsvrc(scratch: Scratch, layout: Layout, folder: string = layout): Promise<string> {
  const { train, val } = await pictures();
  const put = (path: string, content: string | Uint8Array) => scratch.write(`${folder}/${path}`, content);
  const putAll = async (below: string, entries: readonly TarEntry[]) => {
    for (const { name, content } of entries) await put(`${below}/${name}`, content!);
  };
  const sorted = val.map((entry, i) => ({ ...entry, name: `${wnidOf(i + 1)}/${entry.name}` }));
  const devkit = 'ILSVRC2012_devkit_t12/data';
  if (layout === 'folders') {
    await putAll('train', train);
    await putAll('val', sorted);
  } else if (layout === 'official') {
    await putAll('ILSVRC2012_img_train', train);
    await putAll('ILSVRC2012_img_val', val);
    await put(`${devkit}/meta.mat`, metaMat());
    await put(`${devkit}/ILSVRC2012_validation_ground_truth.txt`, truthFile());
  } else if (layout === 'kaggle') {
    await putAll('ILSVRC/Data/CLS-LOC/train', train);
    await putAll('ILSVRC/Data/CLS-LOC/val', val);
    await put('LOC_val_solution.csv', solutionFile(wnidOf));
    await put('LOC_synset_mapping.txt', SORTED.map((wnid) => `${wnid} some, words\n`).join(''));
  } else {
    const tars = SORTED.map((wnid) => {
      const mine = train.filter(({ name }) => name.startsWith(wnid));
      return {
        name: `${wnid}.tar`,
        content: tar(
          mine.map(({ name, content }) => ({ name: name.slice(wnid.length + 1), content: content! })),
        ),
      };
    });
    await put('ILSVRC2012_img_train.tar', tar(tars));
    await put('ILSVRC2012_img_val.tar', tar(val));
    await put(
      'ILSVRC2012_devkit_t12.tar.gz',
      gzipSync(
        tar([
          { name: 'ILSVRC2012_devkit_t12/', type: '5' },
          { name: `${devkit}/meta.mat`, content: metaMat() },
          { name: `${devkit}/ILSVRC2012_validation_ground_truth.txt`, content: truthFile() },
        ]),
      ),
    );
  }
  return scratch.path(folder);
}
