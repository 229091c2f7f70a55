import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import { bytesIn, digestsOf, type ImageIndex, readIndex, readSkipped } from '../../data/index-file.js';
import { classesDiffer } from '../../data/class-problems.js';
import { readAugmentation } from '../../image/augmentation.js';
import { Augmenter } from '../../image/augmenter.js';
import type { DecodedImages } from '../../image/decoded-images.js';
import { ImageLoader } from '../../image/image-loader.js';
import { writeCheckpoint } from '../../nn/checkpoint.js';
import type { Engine, NetSession } from '../../nn/engine.js';
import type { LayerKinds } from '../../nn/layer-kinds.js';
import { imagesAtOnce } from '../../nn/memory.js';
import { buildNet, type Net, parameterShapes } from '../../nn/net.js';
import { breathe, Interrupted, sourceOf, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { endsOf } from '../../spec/range.js';
import { collectGarbage } from '../../util/collect-garbage.js';
import { WorkerLost } from '../../util/worker-lost.js';
import { type BatchSettings, trainingBatches } from './batches.js';
import type { TrainParameters } from './definition.js';
import { describeTraining, shapeOf } from './describe.js';
import { checkFinite, checkLoss } from './divergence.js';
import { History } from './history.js';
import { type Progress, progressOf, savePointOf } from './progress.js';
import { totalSteps } from './sampler.js';
import { LearningRate } from './schedule.js';
import { type Start, startOf } from './start.js';
import { holdOut, watch, type Watcher } from './watch.js';

/** Pixels kept in memory, rescaled where S is one scale; images beyond are decoded again each epoch. */
const PIXEL_CACHE_BYTES = 2 * 2 ** 30;

/** Of it, for those that are watched. */
const WATCHED_PART = 1 / 8;

export class TrainStage extends Stage<TrainParameters> {
  readonly kind = 'train';
  readonly #dataset: Dataset;
  readonly #engine: Engine;

  readonly #layerKinds: LayerKinds;
  readonly #decoded: DecodedImages;

  constructor(dataset: Dataset, engine: Engine, layerKinds: LayerKinds, decoded: DecodedImages) {
    super();
    this.#dataset = dataset;
    this.#engine = engine;
    this.#layerKinds = layerKinds;
    this.#decoded = decoded;
  }

  async run(task: StageTask<TrainParameters>): Promise<void> {
    const { parameters, inputs, output } = task;
    const index = await readIndex(inputs['index']![0]!);
    const augmentation = await readAugmentation(inputs['augmentation']![0]!);
    const { crop, batch, epochs } = parameters;
    const { classes } = index;
    const net = buildNet(shapeOf(parameters, classes.length), this.#layerKinds);
    const start = await startOf(net, parameters, { augmentation, classes, init: inputs['init']?.[0] });
    const { seed } = start;
    const { learnt, watched } = await this.#split(task, index);
    const steps = totalSteps(learnt.images.length, epochs, batch);
    const { session, saved, microBatch } = await this.#open(task, net, start);
    // The weights, which are on the device now.
    collectGarbage();
    try {
      const history = await this.#train(task, session, {
        learnt,
        saved,
        microBatch,
        watcher: watched && this.#watcher(task, watched, net, start),
        settings: {
          crop,
          batch,
          seed,
          steps,
          augmenter: new Augmenter(augmentation, endsOf(parameters.S), seed),
          normalisation: start.normalisation,
          share: this.#engine.share,
        },
      });
      const { policy } = augmentation;
      const description = describeTraining(parameters, {
        ...{ net, start, classes, steps, policy },
        images: learnt.images.length,
        watched: watched?.images.length ?? 0,
        skipped: (await readSkipped(inputs['index']![0]!)).length,
      });
      const { weights } = session.getState();
      checkFinite(weights, steps);
      const files = writeCheckpoint({ description, weights });
      for (const [file, bytes] of Object.entries({ ...files, ...history.files() }))
        await output.write(file, bytes);
    } finally {
      session.close();
    }
  }

  /** Where it begins or goes on; numbers that are on the device now are not held here too. */
  async #open(task: StageTask<TrainParameters>, net: Net, { seed, takeState }: Start) {
    const { crop, batch, momentum, weightDecay, dropout, fineTune, precision } = task.parameters;
    const drawn = takeState();
    const saved = await savedProgress(task, net);
    const { share } = this.#engine;
    // The largest part, so that it is the same on all.
    const own = Math.ceil(batch / share.workers);
    const computation = { height: crop, width: crop, use: 'learning' } as const;
    const fitting = imagesAtOnce(net, computation, own, task.memoryBytes);
    // With less memory than before it goes on in smaller parts, which --accept has allowed.
    const microBatch = Math.min(saved?.microBatch ?? fitting, fitting);
    const session = this.#engine.open(net, saved?.state ?? drawn, {
      ...{ momentum, weightDecay, dropout, seed, precision, microBatch },
      ...(fineTune === 'fc' && { learnsFrom: 'fc6' }),
    });
    this.#agreeOn(saved?.step ?? 0);
    return { session, microBatch, saved: saved && withoutState(saved) };
  }

  /** Over a network, one worker may not see yet what another has saved. @throws WorkerLost, so that all begin again */
  #agreeOn(step: number): void {
    const { rank, workers } = this.#engine.share;
    const own = Array.from({ length: workers }, (_, i) => (i === rank ? step : 0));
    const steps = this.#engine.sumOverWorkers(own);
    if (steps.some((other) => other !== steps[0]))
      throw new WorkerLost(`the workers found other save points: of steps ${steps.join(', ')}`);
  }

  async #train(
    task: StageTask<TrainParameters>,
    session: NetSession,
    { learnt, watcher, settings, saved, microBatch }: Training,
  ): Promise<History> {
    const { parameters, reporter, savePoints, signal } = task;
    const { steps } = settings;
    const history = new History(learnt.images.length, settings, reporter);
    const schedule = new LearningRate(parameters.schedule, parameters.rate, steps);
    if (saved) history.restore(saved.history);
    if (saved) schedule.restore(saved.schedule);
    const save = async (step: number, pendingEpoch: number | null = null) => {
      const state = session.getState();
      const facts = { history: history.state, schedule: schedule.state, pendingEpoch, microBatch };
      await savePoints?.save(savePointOf({ step, state, ...facts }));
    };
    const endEpoch = async (epoch: number) => {
      const watched = watcher && (await watch(watcher, session, this.#engine, signal));
      if (watched) schedule.epochEnded(watched);
      history.epoch(epoch, watched);
    };
    /** Saves where an interrupt comes. */
    const orSave = async (work: Promise<void>, step: number, pendingEpoch?: number) => {
      await work.catch(async (error: unknown) => {
        if (error instanceof Interrupted) await save(step, pendingEpoch);
        throw error;
      });
    };
    if (saved && saved.pendingEpoch !== null)
      await orSave(endEpoch(saved.pendingEpoch), saved.step, saved.pendingEpoch);
    const { min, max } = endsOf(parameters.S);
    const kept = watcher ? 1 - WATCHED_PART : 1;
    const loader = this.#loader(task, 'train', learnt, { side: min === max ? min : undefined, kept });
    for await (const { step, part, images, labels } of trainingBatches(
      learnt,
      loader,
      settings,
      saved?.step,
    )) {
      const rate = schedule.at(step);
      const loss = session.trainStep(images, labels, { step, rate, part });
      checkLoss(loss, { step, steps, rate, classes: learnt.classes.length });
      reporter.progress(step + 1, steps, 'steps');
      const epoch = history.step(step, loss, rate);
      if (epoch !== undefined) await orSave(endEpoch(epoch), step + 1, epoch);
      // The last step is followed by the end itself.
      if (savePoints?.isDue(step + 1) && step + 1 < steps) await save(step + 1);
      await orSave(breathe(signal), step + 1);
    }
    return history;
  }

  /** What is learnt from, and what is watched: a part of it that is held out, or the validation images. */
  async #split({ parameters, inputs }: StageTask<TrainParameters>, index: ImageIndex) {
    if (parameters.watch === 'none') return { learnt: index };
    if (parameters.watch === 'validation') {
      const watched = await readIndex(inputs['watched']![0]!);
      const differ = classesDiffer(index.classes, watched.classes);
      if (differ !== undefined) throw new TaskError(differ);
      return { learnt: index, watched };
    }
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
      loader: this.#loader(task, which === 'validation' ? 'val' : 'train', index, {
        side,
        kept: WATCHED_PART,
      }),
      normalisation: start.normalisation,
      crop,
      atOnce: imagesAtOnce(net, { height: crop, width: crop, use: 'learning' }, batch, task.memoryBytes),
    };
  }

  /** @param options side: undefined for pixels as decoded; kept: part of the pixel cache */
  #loader(
    task: StageTask<TrainParameters>,
    split: 'train' | 'val',
    index: ImageIndex,
    { side, kept }: { readonly side: number | undefined; readonly kept: number },
  ): ImageLoader {
    const source = sourceOf(task);
    const read = checkedReader(this.#dataset, source, split, index);
    return new ImageLoader({
      read,
      bytesOf: bytesIn(index),
      split,
      cacheBytes: kept * PIXEL_CACHE_BYTES,
      decoded: { images: this.#decoded, digestOf: digestsOf(index, source, split) },
      ...(side !== undefined && { side }),
    });
  }
}

/** Where an earlier try got to. */
async function savedProgress(
  { savePoints }: StageTask<TrainParameters>,
  net: Net,
): Promise<Progress | undefined> {
  const point = await savePoints?.latest();
  return (
    point &&
    progressOf(
      point,
      parameterShapes(net).map(({ name }) => name),
    )
  );
}

function withoutState({ state: _, ...rest }: Progress): Omit<Progress, 'state'> {
  return rest;
}

interface Training {
  readonly saved: Omit<Progress, 'state'> | undefined;
  readonly microBatch: number;
  readonly learnt: ImageIndex;
  readonly watcher: Watcher | undefined;
  readonly settings: BatchSettings;
}
