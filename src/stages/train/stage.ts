import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import { readIndex } from '../../data/index-file.js';
import { type Augmentation, pixelDeviation, readAugmentation } from '../../image/augmentation.js';
import type { Normalisation } from '../../image/batch.js';
import { ImageLoader } from '../../image/image-loader.js';
import { writeCheckpoint } from '../../nn/checkpoint.js';
import type { Engine } from '../../nn/engine.js';
import type { LayerKinds } from '../../nn/layer-kinds.js';
import type { LayerSpec } from '../../nn/layer-spec.js';
import { imagesAtOnce } from '../../nn/memory.js';
import { initialise } from '../../nn/net-state.js';
import { buildNet } from '../../nn/net.js';
import { builtInLayers } from '../../nn/nets.js';
import { breathe, sourceOf, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { trainingBatches } from './batches.js';
import type { TrainParameters } from './definition.js';
import { History } from './history.js';
import { totalSteps } from './sampler.js';
import { rateAt } from './schedule.js';

/** Rescaled pixels kept in memory; images beyond are decoded again each epoch. */
const PIXEL_CACHE_BYTES = 2 * 2 ** 30;

export class TrainStage extends Stage<TrainParameters> {
  readonly kind = 'train';
  readonly #dataset: Dataset;
  readonly #engine: Engine;

  readonly #layerKinds: LayerKinds;

  constructor(dataset: Dataset, engine: Engine, layerKinds: LayerKinds) {
    super();
    this.#dataset = dataset;
    this.#engine = engine;
    this.#layerKinds = layerKinds;
  }

  async run(task: StageTask<TrainParameters>): Promise<void> {
    const { parameters, inputs, output, reporter, signal } = task;
    const source = sourceOf(task);
    const index = await readIndex(inputs['index']![0]!);
    const augmentation = await readAugmentation(inputs['augmentation']![0]!);
    const { width, crop, pooling, S, seed, batch, epochs } = parameters;
    if (typeof S !== 'number') throw new Error('Internal error: a range of scales is not drawn from yet');
    const shape = { net: parameters.net, layers: layersOf(parameters), width, crop, pooling };
    const net = buildNet({ ...shape, classes: index.classes.length }, this.#layerKinds);
    const normalisation = normalisationFor(parameters, augmentation);
    const loader = new ImageLoader({
      read: checkedReader(this.#dataset, source, 'train', index),
      side: S,
      cacheBytes: PIXEL_CACHE_BYTES,
    });
    const steps = totalSteps(index.images.length, epochs, batch);
    const history = new History(index.images.length, batch, reporter);
    const { momentum, weightDecay, dropout } = parameters;
    const microBatch = imagesAtOnce(net, { height: crop, width: crop }, batch);
    const session = this.#engine.open(net, initialise(net, parameters.initialisation, seed), {
      momentum,
      weightDecay,
      dropout,
      seed,
      microBatch,
    });
    try {
      const settings = { crop, batch, seed, steps, policy: augmentation.policy, normalisation };
      for await (const { step, images, labels } of trainingBatches(index, loader, settings)) {
        const rate = rateAt(parameters.schedule, parameters.rate, step, steps);
        const loss = session.trainStep(images, labels, { step, rate });
        if (!Number.isFinite(loss)) {
          throw new TaskError(
            `The loss is ${loss} at step ${step + 1} of ${steps} (rate ${rate}). Lower the rate or change the initialisation.`,
          );
        }
        history.step(step, loss, rate);
        reporter.progress(step + 1, steps, 'steps');
        await breathe(signal);
      }
      const description = {
        format: 1,
        shape: net.shape,
        classes: index.classes,
        mean: normalisation.meanRgb,
        inputScale: normalisation.scale,
        channelOrder: 'RGB',
        flattenOrder: 'HWC',
        S,
        initialisation: parameters.initialisation,
        steps,
        batch,
      } as const;
      const files = writeCheckpoint({ description, weights: session.getState().weights });
      for (const [file, bytes] of Object.entries({ ...files, ...history.files() }))
        await output.write(file, bytes);
    } finally {
      session.close();
    }
  }
}

function layersOf({ net, layers }: TrainParameters): readonly LayerSpec[] {
  const found = layers ?? builtInLayers(net);
  if (!found) throw new Error(`Internal error: no net "${net}"`);
  return found;
}

/** He's initialisation wants inputs of about unit variance; sd 0.01 wants grey levels (see `nn/net-state.ts`). */
function normalisationFor({ initialisation }: TrainParameters, augmentation: Augmentation): Normalisation {
  return {
    meanRgb: augmentation.meanRgb,
    scale: initialisation === 'he' ? 1 / pixelDeviation(augmentation) : 1,
  };
}
