/** Images that are looked at but not learnt from, once an epoch: for the history and for the plateau schedule. */
import { cropWindow, type Normalisation, writeWindow } from '../../image/batch.js';
import type { ImageLoader } from '../../image/image-loader.js';
import type { Engine, NetSession } from '../../nn/engine.js';
import { meanScores, softmaxRows } from '../../nn/posterior.js';
import { ownPart } from '../../util/share.js';
import { thingsOf } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import { permutation, streamKey } from '../../util/random.js';
import { breathe } from '../../run/stage.js';
import type { ImageIndex } from '../../data/index-file.js';
import type { Watched } from './schedule.js';

/** Centre crops without mirror image: cheap, and the same each time. */
const CENTRE = { crop: 'centre', mirror: false } as const;

/** A posterior that rounds to 0 in float32 would make the loss infinite. */
const SMALLEST = 1e-38;

/** The part that is held out is a property of the set, so it does not follow an experiment's seed. */
const HELD_OUT_SEED = 0;

export interface Watcher {
  readonly images: ImageIndex['images'];
  /** Rescaled to the scale that they are looked at. */
  readonly loader: ImageLoader;
  readonly normalisation: Normalisation;
  /** Side of the crop, px. */
  readonly crop: number;
  /** Images of one computation. */
  readonly atOnce: number;
}

/** @param engine whose workers look at a part of the images each @throws Interrupted, WorkerLost */
export async function watch(
  watcher: Watcher,
  session: NetSession,
  engine: Pick<Engine, 'share' | 'sumOverWorkers'>,
  signal: AbortSignal,
): Promise<Watched> {
  const { loader, normalisation, crop, atOnce } = watcher;
  const own = ownPart(engine.share, watcher.images.length);
  const images = watcher.images.slice(own.first, own.first + own.count);
  const sum = { top1: 0, top5: 0, loss: 0 };
  for (let first = 0; first < images.length; first += atOnce) {
    const part = images.slice(first, first + atOnce);
    const pixels = await loader.loadAll(part.map(({ id }) => id));
    const data = new Float32Array(pixels.length * crop * crop * 3);
    for (const [i, image] of pixels.entries())
      writeWindow(image, cropWindow(image, crop, CENTRE, []), normalisation, data, i);
    const map = session.scoreMap({ count: pixels.length, width: crop, height: crop, data });
    const posteriors = Float32Array.from(softmaxRows(meanScores(map), map.classes));
    const labels = part.map(({ label }) => label);
    const { top1Wrong, top5Wrong } = topErrors(posteriors, labels);
    sum.top1 += top1Wrong;
    sum.top5 += top5Wrong;
    for (const [i, label] of labels.entries())
      sum.loss -= Math.log(Math.max(SMALLEST, posteriors[i * map.classes + label]!));
    await breathe(signal);
  }
  const count = watcher.images.length;
  const [top1, top5, loss] = engine.sumOverWorkers([sum.top1, sum.top5, sum.loss]);
  return { top1: (100 * top1!) / count, top5: (100 * top5!) / count, loss: loss! / count };
}

/**
 * The index in two: a fixed random `part` of its images to be watched, or a little more, since all images of a thing stay
 * together; and the rest to be learnt from.
 * @param index of two images or more; each side has at least one
 */
export function holdOut(
  index: ImageIndex,
  part: number,
): { readonly learnt: ImageIndex; readonly held: ImageIndex } {
  const all = index.images.length;
  const count = Math.min(all - 1, Math.max(1, Math.round(part * all)));
  const shown = thingsOf(index.images).things ?? index.images.map(({ id }) => id);
  const counts = new Map<string, number>();
  for (const thing of shown) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  const things = [...counts.keys()];
  const chosen = new Set<string>();
  let held = 0;
  for (const place of permutation(streamKey(HELD_OUT_SEED, 'held-out'), 0, things.length)) {
    const thing = things[place]!;
    if (held >= count || held + counts.get(thing)! >= all) break;
    chosen.add(thing);
    held += counts.get(thing)!;
  }
  const side = (isHeld: boolean): ImageIndex => ({
    ...index,
    images: index.images.filter((_, i) => chosen.has(shown[i]!) === isHeld),
  });
  return { learnt: side(false), held: side(true) };
}
