/** An experiment of seconds on a folder of small images, made here. */
import { utimes } from 'node:fs/promises';
import sharp from 'sharp';
import type { Scratch } from './scratch.js';

export const FOLDER_SPEC = 'tiny.yaml';

const SPEC = `title: Net A on a folder
vars: { epochs: 1 }
data: { kind: image-folder, name: tiny, root: images }
scales: { crop: 64, map: { 256: 72 } }
stages:
  augmented: { kind: augment }
  a:
    kind: train
    net: A
    S: 256
    augment: augmented
    width: 0.0625
    epochs: '\${epochs}'
    batch: 4
    initialisation: he
  scores: { kind: evaluate, from: a, Q: 256 }
tables:
  tiny: { rows: scores, columns: [net, S, Q, top1, top5] }
`;

/** Of all images, so that two of these experiments read the same ones. */
const WRITTEN = new Date('2014-09-04');

/** Two classes, six images each to train on and three to validate with. */
export async function makeFolderExperiment(scratch: Scratch): Promise<void> {
  await scratch.write(FOLDER_SPEC, SPEC);
  for (const [split, count] of [
    ['train', 6],
    ['val', 3],
  ] as const) {
    for (const [label, name] of ['cat', 'dog'].entries())
      for (let n = 0; n < count; n++) {
        const image = `images/${split}/${name}/${n}.jpg`;
        await utimes(await scratch.write(image, await jpeg(10 * n + label + count)), WRITTEN, WRITTEN);
      }
  }
}

/** 80 x 96 px of stripes; equal seeds give equal bytes. */
export function jpeg(seed: number): Promise<Buffer> {
  const [width, height] = [80, 96];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 3)) % 251);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}
