/** The class scores that a checkpoint gives to images of its crop, with the input that it asks for. */
import { wholeImage, writeWindow } from '../../src/image/batch.js';
import type { Checkpoint } from '../../src/nn/checkpoint.js';
import type { Engine } from '../../src/nn/engine.js';
import { buildNet } from '../../src/nn/net.js';
import { readNpy } from '../../src/util/npy.js';

/**
 * @param images a `.npy` file [count, height, width, 3] of 0-255, RGB
 * @returns [count, classes], before the soft-max
 */
export function checkpointScores(
  { description, weights }: Checkpoint,
  images: Uint8Array,
  engine: Engine,
): Float32Array {
  const { shape, data } = readNpy(images);
  const [count, height, width] = shape as [number, number, number, number];
  // The images stand below one another.
  const pixels = { width, height: count * height, data: Uint8Array.from(data) };
  const input = new Float32Array(data.length);
  const normalisation = { meanRgb: description.mean, scale: description.inputScale };
  writeWindow(pixels, wholeImage(pixels, false), normalisation, input, 0);
  const session = engine.open(buildNet(description.shape), { weights, velocity: new Map() });
  try {
    return Float32Array.from(session.scoreMap({ count, height, width, data: input }).data);
  } finally {
    session.close();
  }
}
