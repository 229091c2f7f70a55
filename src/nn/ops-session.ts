/**
 * Forward, backward and update of one net, written once over {@link Ops}: it walks the layers, and each layer's
 * kind knows what to compute. Arrays between layers, gradients and weights are freed here.
 */
import type { PhiloxKey } from '../util/philox.js';
import { streamKey } from '../util/random.js';
import { UserError } from '../util/user-error.js';
import type { ImageBatch, NetSession, NetUse, ScoreMap, TrainingSettings, TrainingStep } from './engine.js';
import type { Layer, Pass, Trace } from './layer-kind.js';
import { type Net, parameterShapes } from './net.js';
import type { HostArray, NetState, Parameters } from './net-state.js';
import type { DeviceArray, Ops, Precision } from './ops.js';
import { staysFinite } from './overflow.js';
import { ALONE, type Share } from '../util/share.js';

export class OpsSession<A extends DeviceArray> implements NetSession {
  readonly #ops: Ops<A>;
  readonly #net: Net;
  readonly #training: TrainingSettings | undefined;
  readonly #precision: Precision;
  readonly #workers: number;
  readonly #dropoutKey: PhiloxKey;
  readonly #weights = new Map<string, A>();
  readonly #velocity = new Map<string, A>();
  /** The weights as they are computed with; empty where that is as they are. */
  readonly #rounded = new Map<string, A>();
  /** Names of the arrays without weight decay. */
  readonly #biases: ReadonlySet<string>;
  /** Index of the first layer that learns. */
  readonly #firstLearning: number;
  /** Whether no image can bring a number that is none; not asked in training, where each step has other weights. */
  #finite = false;

  constructor(ops: Ops<A>, net: Net, state: NetState, use: NetUse, { workers }: Share = ALONE) {
    this.#workers = workers;
    const training = 'momentum' in use ? use : undefined;
    this.#ops = ops;
    this.#net = net;
    this.#training = training;
    this.#precision = use.precision ?? 'float32';
    this.#dropoutKey = streamKey(training?.seed ?? 0, 'dropout');
    const biases = parameterShapes(net).filter(({ bias }) => bias);
    this.#biases = new Set(biases.map(({ name }) => name));
    this.#firstLearning = firstLearning(net, training?.learnsFrom);
    this.setState(state);
  }

  trainStep(batch: ImageBatch, labels: Int32Array, step: TrainingStep): number {
    const training = this.#training;
    if (!training) throw new Error('Internal error: this session was opened without training settings');
    this.#check(batch);
    const { classes } = this.#net.shape;
    if (labels.length !== batch.count || labels.some((label) => label < 0 || label >= classes))
      throw new Error(`Internal error: ${batch.count} labels of 0 to ${classes - 1} are needed`);
    const part = step.part ?? { first: 0, of: batch.count };
    const sums = new Map<string, A>();
    let lossSum = 0;
    for (let first = 0; first < batch.count; first += training.microBatch) {
      const count = Math.min(training.microBatch, batch.count - first);
      const firstRow = part.first + first;
      const at = { step: step.step, firstRow, batchSize: part.of, dropout: training.dropout };
      const isLast = first + count === batch.count;
      const images = [rows(batch, first, count), labels.subarray(first, first + count)] as const;
      lossSum += this.#backward(...images, at, (name, gradient) => {
        const sum = this.#sum(sums.get(name), gradient);
        if (isLast && this.#workers === 1) this.#learn(name, sum, training, step.rate);
        else sums.set(name, sum);
      });
    }
    if (this.#workers > 1) lossSum = this.#learnTogether(sums, lossSum, training, step.rate);
    return lossSum / part.of;
  }

  scoreMap(batch: ImageBatch): ScoreMap {
    this.#check(batch);
    const ops = this.#ops;
    const x = this.#net.layers.reduce(
      (input, layer) => this.#replaced(input, layer),
      this.#uploadImages(batch),
    );
    const scores = this.#exact(x);
    const data = ops.download(scores);
    const [count, rowCount, columns, classes] = scores.shape as [number, number, number, number];
    ops.free(scores);
    return { count, rows: rowCount, columns, classes, data };
  }

  getState(): NetState {
    if (this.#weights.size === 0)
      throw new Error('Internal error: a session for scores alone has only rounded weights');
    const host = (arrays: Map<string, A>): Parameters =>
      new Map(
        [...arrays].map(([name, a]): [string, HostArray] => [
          name,
          { shape: a.shape, data: this.#ops.download(a) },
        ]),
      );
    return { weights: host(this.#weights), velocity: host(this.#velocity) };
  }

  setState(state: NetState): void {
    this.close();
    if (this.#training) {
      for (const [name, { shape, data }] of state.weights)
        this.#weights.set(name, this.#ops.uploadLearnt(shape, data));
      for (const [name, { shape, data }] of state.velocity)
        this.#velocity.set(name, this.#ops.uploadLearnt(shape, data));
      if (this.#isRounded) for (const [name, weight] of this.#weights) this.#round(name, weight);
    } else {
      // Nothing is learnt, so that rounded weights need no exact ones beside them.
      const kept = this.#isRounded ? this.#rounded : this.#weights;
      for (const [name, { shape, data }] of state.weights)
        kept.set(name, this.#computed(this.#ops.upload(shape, data)));
      this.#finite = staysFinite(this.#net, state.weights);
    }
  }

  close(): void {
    for (const arrays of [this.#weights, this.#velocity, this.#rounded]) {
      for (const array of arrays.values()) this.#ops.free(array);
      arrays.clear();
    }
  }

  /**
   * @param take gets each array's gradient of the batch's mean loss as soon as it is there, and frees it; the array itself
   *   is not needed any more
   * @returns the sum of the losses of these images
   */
  #backward(
    images: ImageBatch,
    labels: Int32Array,
    at: MicroBatch,
    take: (name: string, gradient: A) => void,
  ): number {
    const ops = this.#ops;
    const frozen = this.#net.layers.slice(0, this.#firstLearning);
    const first = frozen.reduce((x, layer) => this.#replaced(x, layer), this.#uploadImages(images));
    const traces = this.#forward(first, images.count, at);
    const loss = this.#loss(traces.at(-1)!.output, labels, at.batchSize);
    let dy = loss.gradient;
    const learning = [...this.#net.layers.entries()].slice(this.#firstLearning);
    for (const [index, layer] of learning.reverse()) {
      const wantsInput = index > this.#firstLearning;
      const trace = traces[index - this.#firstLearning]!;
      const ofLayer = layer.kind.backward(layer, trace, dy, { ...this.#pass(layer), wantsInput });
      this.#free(...trace.kept, trace.output);
      for (const { name } of layer.kind.parameterShapes(layer))
        take(`${layer.name}.${name}`, this.#exact(wanted(ofLayer.parameters[name], layer, name)));
      if (wantsInput) dy = wanted(ofLayer.input, layer, 'its input');
      else if (ofLayer.input) ops.free(ofLayer.input);
    }
    ops.free(first);
    return loss.sum;
  }

  /** What a layer makes of `x`, which is freed. */
  #replaced(x: A, layer: Layer): A {
    return this.#ops.replace(x, layer.kind.forwardDense(layer, x, this.#pass(layer)));
  }

  /** Of the layers that learn: each trace's input is the output of the one before, `images` is the first. */
  #forward(images: A, count: number, at: MicroBatch): Trace<A>[] {
    const traces: Trace<A>[] = [];
    let input = images;
    for (const [index, layer] of [...this.#net.layers.entries()].slice(this.#firstLearning)) {
      const dropoutMask = (units: number) => this.#dropoutMask([count, units], index, at);
      const forward = layer.kind.forward(layer, input, { ...this.#pass(layer), dropoutMask });
      traces.push({ input, ...forward });
      input = forward.output;
    }
    return traces;
  }

  /** The sum of the losses, and the gradient of the batch's mean loss at the class scores. */
  #loss(scores: A, labels: Int32Array, batchSize: number): { readonly sum: number; readonly gradient: A } {
    const ops = this.#ops;
    const rows = ops.reshape(scores, [labels.length, this.#net.shape.classes]);
    const logits = this.#exact(rows);
    const { losses, gradient: ofSum } = ops.softmaxCrossEntropy(logits, labels);
    const sum = ops.download(losses).reduce((a, b) => a + b, 0);
    this.#free(logits, losses);
    const mean = ops.replace(ofSum, ops.scale(ofSum, 1 / batchSize));
    return { sum, gradient: this.#computed(ops.replace(mean, ops.reshape(mean, scores.shape))) };
  }

  get #isRounded(): boolean {
    return this.#precision !== 'float32';
  }

  /** An array in the precision of the arithmetic, in place of one in float32. */
  #computed(array: A): A {
    return this.#isRounded ? this.#ops.replace(array, this.#ops.cast(array, this.#precision)) : array;
  }

  /** The other way. */
  #exact(array: A): A {
    return this.#isRounded ? this.#ops.replace(array, this.#ops.cast(array, 'float32')) : array;
  }

  /** What is computed with follows the weight. */
  #round(name: string, weight: A): void {
    const previous = this.#rounded.get(name);
    if (previous) this.#ops.free(previous);
    this.#rounded.set(name, this.#ops.cast(weight, this.#precision));
  }

  #pass(layer: Layer): Pass<A> {
    return {
      ops: this.#ops,
      finite: this.#finite,
      parameter: (name) => {
        const array = (this.#isRounded ? this.#rounded : this.#weights).get(`${layer.name}.${name}`);
        if (!array) throw new Error(`Internal error: the net has no ${layer.name}.${name}`);
        return array;
      },
    };
  }

  #dropoutMask(shape: readonly [number, number], layer: number, at: MicroBatch): A | undefined {
    if (at.dropout === 0) return undefined;
    const place = { step: at.step, layer, firstRow: at.firstRow };
    return this.#computed(this.#ops.dropoutMask(this.#dropoutKey, shape, at.dropout, place));
  }

  /** WebAssembly computes on without a word when an image is smaller than a filter, so that is looked at here. */
  #check({ count, height, width, data }: ImageBatch): void {
    const { crop } = this.#net.shape;
    if (Math.min(height, width) < crop || data.length !== count * height * width * 3)
      throw new Error(`Internal error: ${count} images of ${height} x ${width} px for a crop of ${crop} px`);
  }

  #uploadImages(batch: ImageBatch): A {
    return this.#computed(this.#ops.upload([batch.count, batch.height, batch.width, 3], batch.data));
  }

  #sum(previous: A | undefined, part: A): A {
    if (!previous) return part;
    const sum = this.#ops.add(previous, part);
    this.#free(previous, part);
    return sum;
  }

  /** One sum over the workers a step, of all gradients and of the losses, which is returned. */
  #learnTogether(
    own: ReadonlyMap<string, A>,
    ownLoss: number,
    training: TrainingSettings,
    rate: number,
  ): number {
    const ops = this.#ops;
    const [loss, ...gradients] = ops.sumOverWorkers([
      ops.upload([1], Float32Array.of(ownLoss)),
      ...own.values(),
    ]);
    for (const [i, name] of [...own.keys()].entries()) this.#learn(name, gradients[i]!, training, rate);
    const [sum] = ops.download(loss!);
    ops.free(loss!);
    return sum!;
  }

  /** Caffe's form: the rate is inside the velocity, so a drop of the rate does not rescale what was gathered. */
  #learn(name: string, gradient: A, { momentum, weightDecay }: TrainingSettings, rate: number): void {
    const decays = !this.#biases.has(name) && weightDecay > 0;
    const { weight, velocity } = this.#ops.momentumStep(
      { weight: this.#weights.get(name)!, velocity: this.#velocity.get(name)! },
      gradient,
      { momentum, gradient: -rate, weight: decays ? -rate * weightDecay : 0 },
    );
    this.#weights.set(name, weight);
    this.#velocity.set(name, velocity);
    if (this.#isRounded) this.#round(name, weight);
  }

  #free(...arrays: readonly A[]): void {
    for (const array of arrays) this.#ops.free(array);
  }
}

/** A layer kind can be a user's own, and what it forgets would train on unnoticed. */
function wanted<A>(gradient: A | undefined, { kind, name }: Layer, what: string): A {
  if (gradient !== undefined) return gradient;
  throw new UserError(`Layer kind "${kind.kind}" gave no gradient of ${what} for ${name}.`);
}

function firstLearning({ layers }: Net, name: string | undefined): number {
  if (name === undefined) return 0;
  const index = layers.findIndex((layer) => layer.name === name);
  if (index < 0) throw new Error(`Internal error: the net has no layer ${name}`);
  return index;
}

/** Where a micro-batch stands in its batch. */
interface MicroBatch {
  readonly step: number;
  readonly firstRow: number;
  readonly batchSize: number;
  readonly dropout: number;
}

function rows(batch: ImageBatch, first: number, count: number): ImageBatch {
  const size = batch.height * batch.width * 3;
  return { ...batch, count, data: batch.data.subarray(first * size, (first + count) * size) };
}
