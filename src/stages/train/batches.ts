/** Training batches: images decoded ahead, cropped, mirrored and normalised for the engine. */
import type { ImageIndex } from '../../data/index-file.js';
import type { Augmenter } from '../../image/augmenter.js';
import { type Normalisation, writeWindow } from '../../image/batch.js';
import type { ImageLoader } from '../../image/image-loader.js';
import type { Pixels } from '../../image/pixels.js';
import { rescale } from '../../image/rescale.js';
import type { ImageBatch } from '../../nn/engine.js';
import { ownPart, type Share } from '../../util/share.js';
import { type Sample, Sampler } from './sampler.js';

export interface BatchSettings {
  readonly crop: number;
  readonly batch: number;
  readonly seed: number;
  readonly steps: number;
  readonly augmenter: Augmenter;
  readonly normalisation: Normalisation;
  /** Of each batch, that is made here. */
  readonly share: Share;
}

export interface TrainingBatch {
  readonly step: number;
  /** Where these images stand in the whole batch. */
  readonly part: { readonly first: number; readonly of: number };
  readonly images: ImageBatch;
  readonly labels: Int32Array;
}

/**
 * Batches whose images are on their way while one is computed: reading, decoding and rescaling take a turn of the event
 * loop each, and a step leaves it one.
 */
const MOST_AHEAD = 3;

/** Of all batches on their way, for the sake of memory; one batch there is always. */
const IMAGES_AHEAD = 512;

/** Yields steps `first` to `steps - 1`; the images of the next ones are decoded while one is computed. */
export async function* trainingBatches(
  index: ImageIndex,
  loader: ImageLoader,
  settings: BatchSettings,
  first = 0,
): AsyncGenerator<TrainingBatch> {
  const sampler = new Sampler(index.images.length, settings.seed);
  const own = ownPart(settings.share, settings.batch);
  const part = { first: own.first, of: settings.batch };
  const load = (step: number) => {
    const samples = sampler.batch(step, settings.batch).slice(own.first, own.first + own.count);
    const pixels = Promise.all(
      samples.map(async ({ image, position }) =>
        // Where S is the same for all, the loader has rescaled already, and this changes nothing.
        rescale(await loader.load(index.images[image]!.id), settings.augmenter.side(position)),
      ),
    );
    // Looked at when its turn comes; a failure before that is not an unhandled one.
    pixels.catch(() => undefined);
    return { samples, pixels };
  };
  const ahead = Math.min(MOST_AHEAD, Math.max(1, Math.floor(IMAGES_AHEAD / own.count)));
  const loading: ReturnType<typeof load>[] = [];
  for (let step = first; step < settings.steps; step++) {
    while (loading.length <= ahead && step + loading.length < settings.steps)
      loading.push(load(step + loading.length));
    const { samples, pixels } = loading.shift()!;
    const images = assemble(samples, await pixels, settings);
    yield { step, part, images, labels: labelsOf(samples, index) };
  }
}

function assemble(
  samples: readonly Sample[],
  pixels: readonly Pixels[],
  settings: BatchSettings,
): ImageBatch {
  const { crop, augmenter, normalisation } = settings;
  const data = new Float32Array(samples.length * crop * crop * 3);
  for (const [i, { position }] of samples.entries()) {
    const image = pixels[i]!;
    const window = augmenter.window(image, crop, position);
    writeWindow(image, window, augmenter.normalisation(normalisation, position), data, i);
  }
  return { count: samples.length, height: crop, width: crop, data };
}

function labelsOf(samples: readonly Sample[], index: ImageIndex): Int32Array {
  return Int32Array.from(samples, ({ image }) => index.images[image]!.label);
}
