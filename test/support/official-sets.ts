/** Small image sets in the layouts of their releases. */
import { noise, png } from './pictures.js';
import type { Scratch } from './scratch.js';

export const CIFAR_NAMES = ['airplane', 'automobile', 'bird'];

/** Pixels of the record `n` of a file; planes of red, green and blue. */
function planes(file: string, n: number): Uint8Array {
  const seed = Buffer.from(file).reduce((sum, byte) => (sum * 31 + byte) % 1e6, n);
  return noise(32, 32, seed).data;
}

/** So many records in each of the six files; record n is of class n modulo 3. */
export async function makeCifar10(scratch: Scratch, folder: string, records = 6): Promise<void> {
  for (const file of [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat('test_batch.bin'))
    await scratch.write(
      `${folder}/${file}`,
      Buffer.concat(Array.from({ length: records }, (_, n) => [Buffer.of(n % 3), planes(file, n)]).flat()),
    );
  await scratch.write(`${folder}/batches.meta.txt`, `${CIFAR_NAMES.join('\n')}\n\n`);
}

/** Record n is of the fine class n modulo 4, and of the coarse class that is half of it. */
export async function makeCifar100(scratch: Scratch, folder: string, records = 8): Promise<void> {
  for (const file of ['train.bin', 'test.bin'])
    await scratch.write(
      `${folder}/${file}`,
      Buffer.concat(
        Array.from({ length: records }, (_, n) => [Buffer.of((n % 4) >> 1, n % 4), planes(file, n)]).flat(),
      ),
    );
  await scratch.write(`${folder}/fine_label_names.txt`, 'apple\npear\nbed\nchair\n');
  await scratch.write(`${folder}/coarse_label_names.txt`, 'fruit\nfurniture\n');
}

export const TINY_WNIDS = ['n01443537', 'n01629819', 'n01641577'];

/** Four training and two validation images of each of three classes; the annotations are in an order of their own. */
export async function makeTinyImageNet(scratch: Scratch, folder: string): Promise<void> {
  let seed = 1;
  for (const wnid of TINY_WNIDS) {
    for (let n = 0; n < 4; n++)
      await scratch.write(
        `${folder}/train/${wnid}/images/${wnid}_${n}.JPEG`,
        await png(noise(64, 64, seed++)),
      );
    await scratch.write(`${folder}/train/${wnid}/${wnid}_boxes.txt`, `${wnid}_0.JPEG\t0\t10\t63\t58\n`);
  }
  for (let n = 0; n < 6; n++)
    await scratch.write(`${folder}/val/images/val_${n}.JPEG`, await png(noise(64, 64, seed++)));
  const lines = Array.from({ length: 6 }, (_, n) => `val_${n}.JPEG\t${TINY_WNIDS[n % 3]!}\t0\t32\t44\t62\n`);
  await scratch.write(`${folder}/val/val_annotations.txt`, lines.reverse().join(''));
  await scratch.write(`${folder}/wnids.txt`, `${[...TINY_WNIDS].reverse().join('\n')}\n`);
  await scratch.write(`${folder}/words.txt`, TINY_WNIDS.map((wnid) => `${wnid}\tsome words\n`).join(''));
}

/** @param counts images by class */
export async function makeCaltech(
  scratch: Scratch,
  folder: string,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  let seed = 1;
  for (const [name, count] of Object.entries(counts))
    for (let n = 1; n <= count; n++)
      await scratch.write(
        `${folder}/${name}/image_${String(n).padStart(4, '0')}.jpg`,
        await png(noise(20, 16, seed++)),
      );
}

/** Two classes of noise in a folder of one's own, listed. */
export async function makeCsv(scratch: Scratch, folder: string): Promise<void> {
  let seed = 1;
  for (const [split, count] of [
    ['train', 6],
    ['val', 4],
  ] as const) {
    const rows = ['path,label,source'];
    for (let n = 0; n < count; n++) {
      const path = `pictures/${split}, ${n}.png`;
      await scratch.write(`${folder}/${path}`, await png(noise(16, 12, seed++)));
      rows.push(`"${path}",${n % 2 === 0 ? 'cat' : 'dog'},somewhere`);
    }
    await scratch.write(`${folder}/${split}.csv`, `${rows.join('\r\n')}\r\n`);
  }
}
