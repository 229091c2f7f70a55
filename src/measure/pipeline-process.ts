/** Measures reading, decoding, rescaling and augmenting in a process of its own: a {@link PipelineWork} in, times out. */
import { readFile } from 'node:fs/promises';
import { imageLibrary } from '../image/decode.js';
import { Augmenter } from '../image/augmenter.js';
import { ImageLoader } from '../image/image-loader.js';
import { trainingBatches } from '../stages/train/batches.js';
import { ALONE } from '../util/share.js';
import type { NetTimes } from './net-work.js';
import type { PipelineWork } from './pipeline-work.js';

const SEED = 1;

process.once('message', (work: PipelineWork) => {
  void measured(work).then((times) => {
    process.send!(times, () => {
      process.exit();
    });
  });
});

async function measured(work: PipelineWork): Promise<NetTimes> {
  await pass(work);
  const seconds: number[] = [];
  for (let repeat = 0; repeat < work.repeats; repeat++) {
    const started = performance.now();
    await pass(work);
    seconds.push((performance.now() - started) / 1000);
  }
  return { library: imageLibrary, seconds, peakMib: process.resourceUsage().maxRSS / 1024 };
}

/** Each image once, as in an epoch of training; nothing is kept from one pass to the next. */
async function pass({ files, smallestSide, crop, batch }: PipelineWork): Promise<void> {
  const images = files.map((id) => ({ id, label: 0, bytes: 0 }));
  const loader = new ImageLoader({ read: (id) => readFile(id), split: 'train', cacheBytes: 0 });
  const [min, max] = smallestSide;
  const settings = {
    ...{ crop, batch, seed: SEED, steps: Math.floor(files.length / batch), share: ALONE },
    augmenter: new Augmenter(AUGMENTATION, { min, max }, SEED),
    normalisation: { meanRgb: AUGMENTATION.meanRgb, scale: 1 / 58 },
  };
  let count = 0;
  for await (const { images: made } of trainingBatches({ classes: ['all'], images }, loader, settings))
    count += made.count;
  if (count !== settings.steps * batch) throw new Error(`Internal error: ${count} images were made`);
}

/** What photographs have, about. */
const AUGMENTATION = {
  policy: { crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 },
  meanRgb: [120, 115, 105],
  covarianceRgb: [
    [5000, 4600, 4200],
    [4600, 4800, 4500],
    [4200, 4500, 5200],
  ],
  pixels: 1,
  images: 1,
} as const;
