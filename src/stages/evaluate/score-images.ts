/** Posteriors of images of any aspect ratio, by any method of Sect. 3.2 and 4.1: windows, batched by exact size. */
import { type Normalisation, type Window, writeWindow } from '../../image/batch.js';
import type { Pixels } from '../../image/pixels.js';
import { type SingleMethod, viewsOf } from '../../image/views.js';
import type { NetSession } from '../../nn/engine.js';
import { imagesAtOnce, largestActivationBytes } from '../../nn/memory.js';
import type { Net } from '../../nn/net.js';
import { logPosteriorsOf, type MapAverage } from '../../nn/posterior.js';

/** Windows of one computation: more than the first gain nothing, and fewer than the last lose. */
const [MAX_BATCH, MIN_BATCH] = [64, 8] as const;

/**
 * Of the largest activation of a batch: so that an operation finds in the cache what the one before has left. Larger
 * batches of whole images at an eighth of the nets' width took a tenth longer.
 */
const CACHED_BYTES = 8 * 2 ** 20;

export interface Evaluator {
  readonly method: SingleMethod;
  readonly net: Net;
  readonly session: NetSession;
  readonly normalisation: Normalisation;
  /** Whether each window counts as it is and mirrored. */
  readonly mirror: boolean;
  /** Whether scores or posteriors are averaged over the positions of a window. */
  readonly mapAverage: MapAverage;
  /** That the net and what it computes may take; as usual if left out. */
  readonly memoryBytes?: number;
}

export interface Scored {
  /** [images, classes], row-major, in the order of the images given: means over windows and mirrors. */
  readonly posteriors: Float32Array;
  /** Likewise, of the posteriors' natural logarithms. */
  readonly logPosteriors: Float32Array;
  /** Positions of the score maps of each image: all windows together, mirrors not counted. */
  readonly positions: readonly number[];
}

/** A part of an image that the net is run over. */
interface View {
  /** Index into the images given. */
  readonly image: number;
  readonly window: Window;
  /** Of this view in the means of its image. */
  readonly weight: number;
}

/** @param after told what part of all views has been scored; may wait, to let signals in */
export async function scoreImages(
  images: readonly Pixels[],
  evaluator: Evaluator,
  after?: (part: number) => Promise<void>,
): Promise<Scored> {
  const { net } = evaluator;
  const { classes } = net.shape;
  const posteriors = new Float64Array(images.length * classes);
  const logPosteriors = new Float64Array(images.length * classes);
  const positions = new Array<number>(images.length).fill(0);
  const views = images.flatMap((image, i) => viewsOfOne(image, i, evaluator));
  let done = 0;
  for (const sameSize of bySize(views)) {
    const { width, height } = sameSize[0]!.window;
    const wanted = Math.floor(CACHED_BYTES / largestActivationBytes(net, height, width));
    const atOnce = imagesAtOnce(
      net,
      { width, height, use: 'scoring' },
      Math.min(MAX_BATCH, Math.max(MIN_BATCH, wanted)),
      evaluator.memoryBytes,
    );
    const numbers = numbersOf(sameSize[0]!.window);
    // One for all batches, since a new one of some MB each costs as much as filling it.
    const buffer = new Float32Array(Math.min(atOnce, sameSize.length) * numbers);
    for (let first = 0; first < sameSize.length; first += atOnce) {
      const batch = sameSize.slice(first, first + atOnce);
      const scored = scoreBatch(images, batch, evaluator, buffer.subarray(0, batch.length * numbers));
      for (const [row, { image, window, weight }] of batch.entries()) {
        for (let k = 0; k < classes; k++) {
          const log = scored.logs[row * classes + k]!;
          posteriors[image * classes + k]! += weight * Math.exp(log);
          logPosteriors[image * classes + k]! += weight * log;
        }
        if (!window.mirrored) positions[image]! += scored.positions;
      }
      done += batch.length;
      await after?.(done / views.length);
    }
  }
  return {
    posteriors: Float32Array.from(posteriors),
    logPosteriors: Float32Array.from(logPosteriors),
    positions,
  };
}

function viewsOfOne(pixels: Pixels, image: number, { method, mirror, net }: Evaluator): View[] {
  const mirrors = mirror ? [false, true] : [false];
  const windows = viewsOf(pixels, method, net.shape.crop);
  const weight = 1 / (windows.length * mirrors.length);
  return windows.flatMap((window) =>
    mirrors.map((mirrored) => ({ image, window: { ...window, mirrored }, weight })),
  );
}

function numbersOf({ width, height }: Window): number {
  return width * height * 3;
}

/**
 * Logarithms of the posteriors of each view, [views, classes], and the positions behind each.
 * @param data for the views' pixels
 */
function scoreBatch(
  images: readonly Pixels[],
  batch: readonly View[],
  { session, normalisation, mapAverage }: Evaluator,
  data: Float32Array,
) {
  const { width, height } = batch[0]!.window;
  for (const [i, { image, window }] of batch.entries())
    writeWindow(images[image]!, window, normalisation, data, i);
  const map = session.scoreMap({ count: batch.length, width, height, data });
  return { logs: logPosteriorsOf(map, mapAverage), positions: map.rows * map.columns };
}

/** Views of equal width and height together, in the order of first sight. */
function bySize(views: readonly View[]): readonly View[][] {
  const groups = new Map<string, View[]>();
  for (const view of views) {
    const key = `${view.window.width}x${view.window.height}`;
    const group = groups.get(key);
    if (group) group.push(view);
    else groups.set(key, [view]);
  }
  return [...groups.values()];
}
