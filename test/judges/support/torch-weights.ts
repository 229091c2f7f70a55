/** Files of weights that PyTorch, Keras's layout and Caffe's protocol buffers make, and the scores that each gives. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '../../../src/nn/checkpoint.js';
import type { Engine } from '../../../src/nn/engine.js';
import { readNpy } from '../../../src/util/npy.js';
import { checkpointScores } from '../../support/checkpoint-scores.js';
import { artifactsIn } from '../../support/store-contents.js';
import { python } from './torch-case.js';

const MAKER = fileURLToPath(new URL('../../../../test/judges/torch_weights.py', import.meta.url));

export const ENDINGS = {
  zip: 'pth',
  old: 'pth',
  training: 'pth',
  safetensors: 'safetensors',
  float16: 'safetensors',
  timm: 'safetensors',
  keras: 'h5',
  keras3: 'h5',
  caffe: 'caffemodel',
  'caffe-v1': 'caffemodel',
} as const;

export type Format = keyof typeof ENDINGS;

export interface Size {
  readonly width: number;
  readonly crop: number;
  readonly classes: number;
}

/** `<net>-<format>.<ending>` in a folder, each with its scores. */
export function makeWeights(
  folder: string,
  { width, crop, classes }: Size,
  nets: readonly string[],
  formats: readonly Format[],
): void {
  const of = [width, crop, classes, nets.join(), formats.join()].map(String);
  execFileSync(python, [MAKER, folder, ...of], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export function weightsFile(net: string, format: Format): string {
  return `${net}-${format}.${ENDINGS[format]}`;
}

/** [images, classes], before the soft-max; `opencv` are those of the library that reads Caffe's files. */
export function scoresOf(folder: string, net: string, format: Format, by: 'scores' | 'opencv' = 'scores') {
  return readNpy(readFileSync(join(folder, `${net}-${format}.${by}.npy`))).data;
}

/** Class scores of `images.npy` by each net that was imported into a store, by the name of its file. */
export async function importedScores(
  results: string,
  folder: string,
  engine: Engine,
): Promise<ReadonlyMap<string, Float32Array>> {
  const images = readFileSync(join(folder, 'images.npy'));
  const files = await artifactsIn(results);
  const found = new Map<string, Float32Array>();
  for (const path of files.keys()) {
    if (!path.endsWith('checkpoint.json')) continue;
    const read = (file: string) => Promise.resolve(files.get(path.replace('checkpoint.json', file))!);
    const checkpoint = await readCheckpoint({ read });
    found.set(checkpoint.description.importedFrom!.file!, checkpointScores(checkpoint, images, engine));
  }
  return found;
}
