/** Dense evaluation (Sect. 3.2): the net over whole images of any aspect ratio, batched by exact size. */
import { type Normalisation, wholeImage, writeWindow } from '../../image/batch.js';
import type { Pixels } from '../../image/pixels.js';
import type { NetSession } from '../../nn/engine.js';
import { imagesAtOnce } from '../../nn/memory.js';
import type { Net } from '../../nn/net.js';
import { meanScores, softmaxRows } from '../../nn/posterior.js';

/** Images of one computation at the most; more gain nothing. */
const MAX_BATCH = 64;

export interface DenseEvaluator {
  readonly net: Net;
  readonly session: NetSession;
  readonly normalisation: Normalisation;
  readonly mirror: boolean;
}

export interface DenseResult {
  /** [images, classes], row-major, in the order of the images given. */
  readonly posteriors: Float32Array;
  /** Positions of the score map of each image. */
  readonly positions: readonly number[];
}

export function evaluateDensely(images: readonly Pixels[], evaluator: DenseEvaluator): DenseResult {
  const classes = evaluator.net.shape.classes;
  const posteriors = new Float32Array(images.length * classes);
  const positions = new Array<number>(images.length).fill(0);
  for (const members of sameSize(images)) {
    const size = images[members[0]!]!;
    const atOnce = imagesAtOnce(evaluator.net, size, MAX_BATCH);
    for (let first = 0; first < members.length; first += atOnce) {
      const part = members.slice(first, first + atOnce);
      const result = posteriorsOf(
        part.map((i) => images[i]!),
        evaluator,
      );
      for (const [row, image] of part.entries()) {
        posteriors.set(result.posteriors.subarray(row * classes, (row + 1) * classes), image * classes);
        positions[image] = result.positions;
      }
    }
  }
  return { posteriors, positions };
}

/** Posteriors of images of one size; those of the mirror images are averaged in after the soft-max. */
function posteriorsOf(images: readonly Pixels[], { net, session, normalisation, mirror }: DenseEvaluator) {
  const { width, height } = images[0]!;
  const classes = net.shape.classes;
  const sum = new Float64Array(images.length * classes);
  const passes = mirror ? [false, true] : [false];
  let positions = 0;
  for (const mirrored of passes) {
    const data = new Float32Array(images.length * width * height * 3);
    for (const [i, image] of images.entries())
      writeWindow(image, wholeImage(image, mirrored), normalisation, data, i);
    const map = session.scoreMap({ count: images.length, width, height, data });
    positions = map.rows * map.columns;
    for (const [i, p] of softmaxRows(meanScores(map), classes).entries()) sum[i]! += p / passes.length;
  }
  return { posteriors: Float32Array.from(sum), positions };
}

/** Indices of images of equal width and height, in the order of first sight. */
function sameSize(images: readonly Pixels[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, { width, height }] of images.entries()) {
    const key = `${width}x${height}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}
