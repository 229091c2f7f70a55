import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import {
  bytesIn,
  digestsOf,
  type ImageIndex,
  isListing,
  readIndex,
  readSkipped,
} from '../../data/index-file.js';
import type { DecodedImages } from '../../image/decoded-images.js';
import { ImageLoader } from '../../image/image-loader.js';
import { readCheckpoint } from '../../nn/checkpoint.js';
import type { Engine } from '../../nn/engine.js';
import type { LayerKinds } from '../../nn/layer-kinds.js';
import { buildNet } from '../../nn/net.js';
import { type Scores, thingsOf, writeScores } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import type { Precision } from '../../nn/ops.js';
import {
  type ArtifactReader,
  breathe,
  Interrupted,
  sourceOf,
  Stage,
  type StageTask,
  TaskError,
} from '../../run/stage.js';
import { collectGarbage } from '../../util/collect-garbage.js';
import { chunkAt, MAX_CHUNK } from './chunk.js';
import type { EvaluateParameters } from './definition.js';
import { Gathered } from './gathered.js';
import { otherClasses } from './other-classes.js';
import { scoreImages } from './score-images.js';

export class EvaluateStage extends Stage<EvaluateParameters> {
  readonly kind = 'evaluate';
  readonly #dataset: Dataset;
  readonly #engine: Engine;
  readonly #layerKinds: LayerKinds;
  readonly #decoded: DecodedImages;
  readonly #mostAtOnce: number;

  /**
   * @param decoded outlives the task
   * @param mostAtOnce images decoded and evaluated together; no number depends on it
   */
  constructor(
    dataset: Dataset,
    engine: Engine,
    layerKinds: LayerKinds,
    decoded: DecodedImages,
    mostAtOnce = MAX_CHUNK,
  ) {
    super();
    this.#mostAtOnce = mostAtOnce;
    this.#dataset = dataset;
    this.#engine = engine;
    this.#layerKinds = layerKinds;
    this.#decoded = decoded;
  }

  async run({
    parameters,
    inputs,
    output,
    reporter,
    savePoints,
    signal,
    ...task
  }: StageTask<EvaluateParameters>): Promise<void> {
    const source = sourceOf(task);
    const index = await readIndex(inputs['index']![0]!);
    const skipped = await readSkipped(inputs['index']![0]!);
    const { method, mirror, mapAverage = 'scores', Q, filter, longSide, precision = 'float32' } = parameters;
    const loader = new ImageLoader({
      read: checkedReader(this.#dataset, source, 'val', index),
      bytesOf: bytesIn(index),
      split: 'val',
      side: parameters.Q,
      rescaling: { filter, longSide },
      cacheBytes: 0,
      decoded: { images: this.#decoded, digestOf: digestsOf(index, source, 'val') },
    });
    const classes = index.classes.length;
    const gathered = new Gathered(index.images.length, classes);
    const chunk = chunkAt(Q, this.#mostAtOnce);
    const saved = await savePoints?.latest();
    // One of other chunks would have other images computed together.
    if (saved && saved.place % chunk === 0) gathered.restore(saved);
    const { session, net, description } = await this.#open(inputs['checkpoint']![0]!, {
      set: source.name,
      index,
      precision,
    });
    // The weights, where the device has others of them.
    collectGarbage();
    try {
      const normalisation = { meanRgb: description.mean, scale: description.inputScale };
      const before = gathered.done;
      const left = index.images.slice(before).map(({ id }) => id);
      const chunks = chunked(left, chunk);
      if (before === 0) reporter.progress(0, index.images.length, 'images');
      let next = loader.loadAll(chunks[0] ?? []);
      for (const [i, ids] of chunks.entries()) {
        const images = await next;
        next = loader.loadAll(chunks[i + 1] ?? []);
        // Looked at when its turn comes; a failure before that is not an unhandled one.
        next.catch(() => undefined);
        const evaluator = {
          ...{ method, net, session, normalisation, mirror, mapAverage },
          ...(task.memoryBytes !== undefined && { memoryBytes: task.memoryBytes }),
        };
        const result = await scoreImages(images, evaluator, async (part) => {
          const done = Math.floor(before + i * chunk + part * ids.length);
          reporter.progress(done, index.images.length, 'images');
          await breathe(signal);
        });
        gathered.add(result);
        if (i + 1 < chunks.length && savePoints?.isDue(gathered.done))
          await savePoints.save(gathered.savePoint);
      }
    } catch (error) {
      if (error instanceof Interrupted && gathered.done > 0) await savePoints?.save(gathered.savePoint);
      throw error;
    } finally {
      session.close();
    }
    const { posteriors, logPosteriors } = gathered;
    if (!posteriors.every(Number.isFinite))
      throw new TaskError(
        'The net gives scores that are no numbers: its training went astray. Train it anew, at a lower rate.',
      );
    const labels = index.images.map(({ label }) => label);
    const { top1Wrong, top5Wrong, images } = topErrors(posteriors, labels);
    reporter.metric('top1_error_percent', (100 * top1Wrong) / images, 0);
    reporter.metric('top5_error_percent', (100 * top5Wrong) / images, 0);
    const scores: Scores = {
      posteriors,
      labels,
      ids: index.images.map(({ id }) => id),
      ...thingsOf(index.images),
      classes: index.classes,
      protocol: {
        method,
        mirror,
        dataset: source.name,
        ...(skipped.length > 0 && { skipped: skipped.length }),
        ...(isListing(index) && { identity: 'listing' }),
        initialisation: description.initialisation,
        ...(description.importedFrom && { importedFrom: description.importedFrom }),
        ...(description.copied && { copied: description.copied }),
        ...(description.training && { training: description.training }),
        steps: description.steps,
        batch: description.batch,
        S: description.S,
        Q,
        rescaling: { filter, longSide },
        net: description.shape,
        positions: gathered.positions,
        mapAverage,
        ...(precision !== 'float32' && { precision }),
      },
    };
    const files = writeScores(scores, logPosteriors);
    for (const [file, bytes] of Object.entries(files)) await output.write(file, bytes);
  }

  async #open(checkpoint: ArtifactReader, { set, index, precision }: Opening) {
    const { description, weights } = await readCheckpoint(checkpoint);
    const differ = otherClasses(description, { name: set, classes: index.classes });
    if (differ !== undefined) throw new TaskError(differ);
    const net = buildNet(description.shape, this.#layerKinds);
    const session = this.#engine.open(net, { weights, velocity: new Map() }, { precision });
    return { session, net, description };
  }
}

/** What a net is opened for. */
interface Opening {
  /** The images' name. */
  readonly set: string;
  readonly index: ImageIndex;
  readonly precision: Precision;
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
