import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import { type ImageIndex, readIndex } from '../../data/index-file.js';
import { readAugmentation } from '../../image/augmentation.js';
import { Augmenter } from '../../image/augmenter.js';
import { ImageLoader } from '../../image/image-loader.js';
import { writeCheckpoint } from '../../nn/checkpoint.js';
import type { Engine, NetSession } from '../../nn/engine.js';
import type { LayerKinds } from '../../nn/layer-kinds.js';
import type { LayerSpec } from '../../nn/layer-spec.js';
import { imagesAtOnce } from '../../nn/memory.js';
import { buildNet, type Net } from '../../nn/net.js';
import { builtInLayers } from '../../nn/nets.js';
import { breathe, sourceOf, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { endsOf } from '../../spec/range.js';
import { type BatchSettings, trainingBatches } from './batches.js';
import type { TrainParameters } from './definition.js';
import { describeTraining } from './describe.js';
import { History } from './history.js';
import { totalSteps } from './sampler.js';
import { LearningRate } from './schedule.js';
import { type Start, startOf } from './start.js';
import { holdOut, watch, type Watcher } from './watch.js';

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
    const { parameters, inputs, output } = task;
    const index = await readIndex(inputs['index']![0]!);
    const augmentation = await readAugmentation(inputs['augmentation']![0]!);
    const { width, crop, pooling, seed, batch, epochs } = parameters;
    const { classes } = index;
    const shape = { net: parameters.net, layers: layersOf(parameters), width, crop, pooling };
    const net = buildNet({ ...shape, classes: classes.length }, this.#layerKinds);
    const start = await startOf(net, parameters, { augmentation, classes, init: inputs['init']?.[0] });
    const { learnt, watched } = await this.#split(task, index);
    const steps = totalSteps(learnt.images.length, epochs, batch);
    const { momentum, weightDecay, dropout, fineTune } = parameters;
    const session = this.#engine.open(net, start.state, {
      momentum,
      weightDecay,
      dropout,
      seed,
      ...(fineTune === 'fc' && { learnsFrom: 'fc6' }),
      microBatch: imagesAtOnce(net, { height: crop, width: crop }, batch),
    });
    try {
      const history = await this.#train(task, session, {
        learnt,
        watcher: watched && this.#watcher(task, watched, net, start),
        settings: {
          crop,
          batch,
          seed,
          steps,
          augmenter: new Augmenter(augmentation, endsOf(parameters.S), seed),
          normalisation: start.normalisation,
        },
      });
      const { policy } = augmentation;
      const description = describeTraining(parameters, { net, start, classes, steps, policy });
      const files = writeCheckpoint({ description, weights: session.getState().weights });
      for (const [file, bytes] of Object.entries({ ...files, ...history.files() }))
        await output.write(file, bytes);
    } finally {
      session.close();
    }
  }

  async #train(
    task: StageTask<TrainParameters>,
    session: NetSession,
    { learnt, watcher, settings }: Training,
  ): Promise<History> {
    const { parameters, reporter, signal } = task;
    const { steps } = settings;
    const history = new History(learnt.images.length, settings.batch, reporter);
    const schedule = new LearningRate(parameters.schedule, parameters.rate, steps);
    const { min, max } = endsOf(parameters.S);
    const loader = this.#loader(task, 'train', learnt, min === max ? min : undefined);
    for await (const { step, images, labels } of trainingBatches(learnt, loader, settings)) {
      const rate = schedule.at(step);
      const loss = session.trainStep(images, labels, { step, rate });
      if (!Number.isFinite(loss)) {
        throw new TaskError(
          `The loss is ${loss} at step ${step + 1} of ${steps} (rate ${rate}). Lower the rate or change the initialisation.`,
        );
      }
      reporter.progress(step + 1, steps, 'steps');
      const epoch = history.step(step, loss, rate);
      if (epoch !== undefined) {
        const watched = watcher && (await watch(watcher, session, signal));
        if (watched) schedule.epochEnded(watched);
        history.epoch(epoch, watched);
      }
      await breathe(signal);
    }
    return history;
  }

  /** What is learnt from, and what is watched: a part of it that is held out, or the validation images. */
  async #split({ parameters, inputs }: StageTask<TrainParameters>, index: ImageIndex) {
    if (parameters.watch === 'none') return { learnt: index };
    if (parameters.watch === 'validation')
      return { learnt: index, watched: await readIndex(inputs['watched']![0]!) };
    if (index.images.length < 2)
      throw new TaskError('One training image cannot be learnt from and watched too. Set watch: none.');
    const { learnt, held } = holdOut(index, parameters.heldOut);
    return { learnt, watched: held };
  }

  #watcher(task: StageTask<TrainParameters>, index: ImageIndex, net: Net, start: Start): Watcher {
    const { watch: which, crop, batch } = task.parameters;
    const { min, max } = endsOf(task.parameters.S);
    const side = Math.floor((min + max) / 2);
    return {
      images: index.images,
      loader: this.#loader(task, which === 'validation' ? 'val' : 'train', index, side),
      normalisation: start.normalisation,
      crop,
      atOnce: imagesAtOnce(net, { height: crop, width: crop }, batch),
    };
  }

  /** @param side undefined for pixels as decoded */
  #loader(
    task: StageTask<TrainParameters>,
    split: 'train' | 'val',
    index: ImageIndex,
    side: number | undefined,
  ): ImageLoader {
    const read = checkedReader(this.#dataset, sourceOf(task), split, index);
    return new ImageLoader({ read, cacheBytes: PIXEL_CACHE_BYTES / 2, ...(side !== undefined && { side }) });
  }
}

interface Training {
  readonly learnt: ImageIndex;
  readonly watcher: Watcher | undefined;
  readonly settings: BatchSettings;
}

function layersOf({ net, layers }: TrainParameters): readonly LayerSpec[] {
  const found = layers ?? builtInLayers(net);
  if (!found) throw new Error(`Internal error: no net "${net}"`);
  return found;
}
