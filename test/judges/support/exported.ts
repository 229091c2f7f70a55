/** Nets to be exported, images to try them on, and the class scores that we find. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wholeImage, writeWindow } from '../../../src/image/batch.js';
import { type CheckpointDescription, readCheckpoint, writeCheckpoint } from '../../../src/nn/checkpoint.js';
import type { Engine } from '../../../src/nn/engine.js';
import { buildNet, type NetShape } from '../../../src/nn/net.js';
import { initialise } from '../../../src/nn/net-state.js';
import { meanScores } from '../../../src/nn/posterior.js';
import { readNpy, writeNpy } from '../../../src/util/npy.js';
import { normals, streamKey } from '../../../src/util/random.js';
import { python } from './torch-case.js';

const JUDGE = fileURLToPath(new URL('../../../../test/judges/torch_exports.py', import.meta.url));

/** The design's tolerance on scores before the soft-max. */
export const TOLERANCE = 1e-4;

/** A checkpoint with random weights and biases, and another scale for each colour. */
export function makeCheckpoint(folder: string, shape: NetShape): void {
  const { weights } = initialise(buildNet(shape), 'he', 5);
  for (const [name, { data }] of weights)
    if (name.endsWith('.bias')) data.set(normals(streamKey(5, name), data.length, 0.1));
  const description: CheckpointDescription = {
    format: 1,
    shape,
    classes: Array.from({ length: shape.classes }, (_, i) => `class ${i}`),
    mean: [123.675, 116.28, 103.53],
    inputScale: [1 / 58.395, 1 / 57.12, 1 / 57.375],
    channelOrder: 'RGB',
    flattenOrder: 'HWC',
    S: '256..512',
    initialisation: 'he',
    steps: 0,
    batch: 0,
  };
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(writeCheckpoint({ description, weights })))
    writeFileSync(join(folder, file), bytes);
}

/** [images, side, side, 3] of grey levels that hold over 8 px, written as `.npy`. */
export function writeImages(path: string, count: number, height: number, width = height): void {
  const draws = normals(streamKey(3, 'images'), count * height * width * 3, 60);
  const data = draws.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [image, y, x] = [
      Math.floor(pixel / (height * width)),
      Math.floor(pixel / width) % height,
      pixel % width,
    ];
    const patch = ((image * height + (y & ~7)) * width + (x & ~7)) * 3 + channel;
    return Math.min(255, Math.max(0, Math.round(128 + draws[patch]!)));
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, writeNpy({ shape: [count, height, width, 3], data: Float32Array.from(data) }));
}

/** Class scores of each image by the checkpoint in a folder, averaged over positions. */
export async function ourScores(engine: Engine, folder: string, images: string): Promise<Float32Array[]> {
  const read = (file: string) => Promise.resolve(readFileSync(join(folder, file)));
  const { description, weights } = await readCheckpoint({ read });
  const { shape, data } = readNpy(readFileSync(images));
  const [count, height, width] = shape as [number, number, number, number];
  const session = engine.open(buildNet(description.shape), { weights, velocity: new Map() });
  const normalisation = { meanRgb: description.mean, scale: description.inputScale };
  const length = height * width * 3;
  try {
    return Array.from({ length: count }, (_, i) => {
      const pixels = { width, height, data: Uint8Array.from(data.subarray(i * length, (i + 1) * length)) };
      const input = new Float32Array(length);
      writeWindow(pixels, wholeImage(pixels, false), normalisation, input, 0);
      return Float32Array.from(meanScores(session.scoreMap({ count: 1, height, width, data: input })));
    });
  } finally {
    session.close();
  }
}

export interface ExportCase {
  /** A `.safetensors` or `.onnx` file. */
  readonly model: string;
  readonly images: string;
  /** What torchvision calls the net; null where it has none. */
  readonly torchvision: string | null;
}

/** Class scores of each image of each case, by PyTorch or ONNX Runtime. */
export function theirScores(folder: string, cases: readonly ExportCase[]): Float32Array[][] {
  const asked = cases.map((one, i) => ({ ...one, scores: join(folder, `${i}.scores.npy`) }));
  const file = join(folder, 'cases.json');
  writeFileSync(file, JSON.stringify(asked));
  execFileSync(python, [JUDGE, file], { stdio: 'inherit' });
  return asked.map(({ scores }) => {
    const { shape, data } = readNpy(readFileSync(scores));
    const [count, classes] = shape as [number, number];
    return Array.from({ length: count }, (_, i) => data.slice(i * classes, (i + 1) * classes));
  });
}
