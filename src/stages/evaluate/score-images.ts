/** Posteriors of images of any aspect ratio, batched by exact size: densely (Sect. 3.2) or of the centre crop (Sect. 4.1). */
import { cropWindow, type Normalisation, wholeImage, type Window, writeWindow } from '../../image/batch.js';
import type { Pixels } from '../../image/pixels.js';
import type { NetSession } from '../../nn/engine.js';
import { imagesAtOnce } from '../../nn/memory.js';
import type { Net } from '../../nn/net.js';
import { logSoftmaxRows, meanScores } from '../../nn/posterior.js';

/** Images of one computation at the most; more gain nothing. */
const MAX_BATCH = 64;

/** What of an image is scored at once: all of it, or a square of the training crop's side in its middle. */
export type View = 'dense' | 'centre-crop';

export interface Evaluator {
  readonly view: View;
  readonly net: Net;
  readonly session: NetSession;
  readonly normalisation: Normalisation;
  readonly mirror: boolean;
}

export interface Scored {
  /** [images, classes], row-major, in the order of the images given: means over the mirror images. */
  readonly posteriors: Float32Array;
  /** Likewise, of the posteriors' natural logarithms. */
  readonly logPosteriors: Float32Array;
  /** Positions of the score map of each image. */
  readonly positions: readonly number[];
}

export function scoreImages(images: readonly Pixels[], evaluator: Evaluator): Scored {
  const { net, view } = evaluator;
  const { classes, crop } = net.shape;
  const posteriors = new Float32Array(images.length * classes);
  const logPosteriors = new Float32Array(images.length * classes);
  const positions = new Array<number>(images.length).fill(0);
  for (const members of sameSize(images)) {
    const atOnce = imagesAtOnce(net, windowOf(images[members[0]!]!, view, crop, false), MAX_BATCH);
    for (let first = 0; first < members.length; first += atOnce) {
      const part = members.slice(first, first + atOnce);
      const scored = scoreOfOneSize(
        part.map((i) => images[i]!),
        evaluator,
      );
      for (const [row, image] of part.entries()) {
        const [from, to] = [row * classes, (row + 1) * classes];
        posteriors.set(scored.posteriors.subarray(from, to), image * classes);
        logPosteriors.set(scored.logPosteriors.subarray(from, to), image * classes);
        positions[image] = scored.positions;
      }
    }
  }
  return { posteriors, logPosteriors, positions };
}

function windowOf(image: Pixels, view: View, crop: number, mirrored: boolean): Window {
  if (view === 'dense') return wholeImage(image, mirrored);
  return { ...cropWindow(image, crop, { crop: 'centre', mirror: false }, []), mirrored };
}

/** The posteriors of the mirror images are averaged in after the soft-max. */
function scoreOfOneSize(images: readonly Pixels[], evaluator: Evaluator) {
  const { net, session, normalisation, mirror, view } = evaluator;
  const { classes, crop } = net.shape;
  const { width, height } = windowOf(images[0]!, view, crop, false);
  const sum = new Float64Array(images.length * classes);
  const logSum = new Float64Array(images.length * classes);
  const passes = mirror ? [false, true] : [false];
  let positions = 0;
  for (const mirrored of passes) {
    const data = new Float32Array(images.length * width * height * 3);
    for (const [i, image] of images.entries())
      writeWindow(image, windowOf(image, view, crop, mirrored), normalisation, data, i);
    const map = session.scoreMap({ count: images.length, width, height, data });
    positions = map.rows * map.columns;
    for (const [i, log] of logSoftmaxRows(meanScores(map), classes).entries()) {
      sum[i]! += Math.exp(log) / passes.length;
      logSum[i]! += log / passes.length;
    }
  }
  return { posteriors: Float32Array.from(sum), logPosteriors: Float32Array.from(logSum), positions };
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
