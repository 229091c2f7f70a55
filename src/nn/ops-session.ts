/** Forward, backward and update of one net, written once over {@link Ops}; the order of the calls is the order of the layers. */
import type { PhiloxKey } from '../util/philox.js';
import { streamKey } from '../util/random.js';
import { dropoutMask } from './dropout.js';
import type { ImageBatch, NetSession, ScoreMap, TrainingSettings, TrainingStep } from './engine.js';
import type { ConvLayer, FcLayer, Layer, Net } from './net.js';
import type { HostArray, NetState, Parameters } from './net-state.js';
import type { DeviceArray, Ops } from './ops.js';

/** What the backward pass needs of one layer. */
interface Trace<A> {
  readonly layer: Layer;
  readonly input: A;
  readonly output: A;
  /** fc6, fc7: 0 where a unit was dropped, else 1 / (1 - dropout). */
  readonly mask?: A;
  /** fc6, fc7: the output before dropout. */
  readonly activation?: A;
}

export class OpsSession<A extends DeviceArray> implements NetSession {
  readonly #ops: Ops<A>;
  readonly #net: Net;
  readonly #training: TrainingSettings | undefined;
  readonly #dropoutKey: PhiloxKey;
  readonly #weights = new Map<string, A>();
  readonly #velocity = new Map<string, A>();

  constructor(ops: Ops<A>, net: Net, state: NetState, training: TrainingSettings | undefined) {
    this.#ops = ops;
    this.#net = net;
    this.#training = training;
    this.#dropoutKey = streamKey(training?.seed ?? 0, 'dropout');
    this.setState(state);
  }

  trainStep(batch: ImageBatch, labels: Int32Array, step: TrainingStep): number {
    const training = this.#training;
    if (!training) throw new Error('Internal error: this session was opened without training settings');
    this.#check(batch);
    const { classes } = this.#net.shape;
    if (labels.length !== batch.count || labels.some((label) => label < 0 || label >= classes))
      throw new Error(`Internal error: ${batch.count} labels of 0 to ${classes - 1} are needed`);
    let gradients = new Map<string, A>();
    let lossSum = 0;
    for (let first = 0; first < batch.count; first += training.microBatch) {
      const count = Math.min(training.microBatch, batch.count - first);
      const part = this.#gradients(rows(batch, first, count), labels.subarray(first, first + count), {
        step: step.step,
        firstRow: first,
        batchSize: batch.count,
        dropout: training.dropout,
      });
      lossSum += part.lossSum;
      gradients = gradients.size === 0 ? part.gradients : this.#sum(gradients, part.gradients);
    }
    this.#update(gradients, training, step.rate);
    return lossSum / batch.count;
  }

  scoreMap(batch: ImageBatch): ScoreMap {
    this.#check(batch);
    const ops = this.#ops;
    let x = this.#uploadImages(batch);
    for (const layer of this.#net.layers) {
      const input = x;
      if (layer.kind === 'pool') x = ops.maxPool(input, this.#net.shape.pooling);
      else if (layer.kind === 'conv') x = this.#convolve(layer, input, 'same', true);
      else x = this.#convolve(layer, input, 'valid', layer.hidden);
      ops.free(input);
    }
    const data = ops.download(x);
    const [count, rowCount, columns, classes] = x.shape as [number, number, number, number];
    ops.free(x);
    return { count, rows: rowCount, columns, classes, data };
  }

  getState(): NetState {
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
    for (const [name, { shape, data }] of state.weights)
      this.#weights.set(name, this.#ops.upload(shape, data));
    if (!this.#training) return;
    for (const [name, { shape, data }] of state.velocity)
      this.#velocity.set(name, this.#ops.upload(shape, data));
  }

  close(): void {
    for (const arrays of [this.#weights, this.#velocity]) {
      for (const array of arrays.values()) this.#ops.free(array);
      arrays.clear();
    }
  }

  /** Gradients of the batch's mean loss, from the images of one micro-batch. */
  #gradients(images: ImageBatch, labels: Int32Array, at: MicroBatch) {
    const ops = this.#ops;
    const traces = this.#forward(this.#uploadImages(images), at);
    const { losses, gradient } = ops.softmaxCrossEntropy(traces.at(-1)!.output, labels);
    const lossSum = ops.download(losses).reduce((a, b) => a + b, 0);
    ops.free(losses);
    let dy = ops.scale(gradient, 1 / at.batchSize);
    ops.free(gradient);
    const gradients = new Map<string, A>();
    for (const [index, trace] of [...traces.entries()].reverse()) {
      dy = this.#backward(trace, dy, gradients, index > 0);
      ops.free(trace.output);
    }
    ops.free(traces[0]!.input);
    ops.free(dy);
    return { lossSum, gradients };
  }

  /** Each trace's input is the output of the one before; the images are the first input. */
  #forward(images: A, at: MicroBatch): Trace<A>[] {
    const traces: Trace<A>[] = [];
    let x = images;
    for (const [index, layer] of this.#net.layers.entries()) {
      const trace = this.#forwardLayer(layer, x, index, at);
      traces.push(trace);
      x = trace.output;
    }
    return traces;
  }

  #forwardLayer(layer: Layer, input: A, index: number, at: MicroBatch): Trace<A> {
    const ops = this.#ops;
    if (layer.kind === 'pool') return { layer, input, output: ops.maxPool(input, this.#net.shape.pooling) };
    if (layer.kind === 'conv') return { layer, input, output: this.#convolve(layer, input, 'same', true) };
    const output = this.#fullyConnect(layer, input);
    if (!layer.hidden || at.dropout === 0) return { layer, input, output };
    const shape = output.shape as [number, number];
    const place = { step: at.step, layer: index, firstRow: at.firstRow };
    const mask = ops.upload(shape, dropoutMask(this.#dropoutKey, shape, at.dropout, place));
    return { layer, input, output: ops.multiply(output, mask), mask, activation: output };
  }

  /** Consumes `dy` and returns the gradient at the layer's input (or `dy` itself where none is wanted). */
  #backward(trace: Trace<A>, dy: A, gradients: Map<string, A>, wantInputGradient: boolean): A {
    const ops = this.#ops;
    const { layer, input, output } = trace;
    const then = (next: A, previous: A) => (ops.free(previous), next);
    if (layer.kind === 'pool') return then(ops.maxPoolGrad(input, output, dy, this.#net.shape.pooling), dy);
    let dz = dy;
    if (trace.mask && trace.activation) {
      dz = then(ops.multiply(dz, trace.mask), dz);
      ops.free(trace.mask);
    }
    const activated = layer.kind === 'conv' || layer.hidden;
    if (activated) dz = then(ops.reluGrad(dz, trace.activation ?? output), dz);
    if (trace.activation) ops.free(trace.activation);
    gradients.set(`${layer.name}.bias`, ops.biasGrad(dz));
    const weight = this.#weights.get(`${layer.name}.weight`)!;
    if (layer.kind === 'conv') {
      gradients.set(`${layer.name}.weight`, ops.conv2dFilterGrad(input, layer.weight, dz, 'same'));
      return wantInputGradient ? then(ops.conv2dInputGrad(input.shape, weight, dz, 'same'), dz) : dz;
    }
    return then(this.#fullyConnectGrad(layer, input, dz, gradients), dz);
  }

  #convolve(layer: ConvLayer | FcLayer, input: A, padding: 'same' | 'valid', relu: boolean): A {
    const ops = this.#ops;
    const products = ops.conv2d(input, this.#weights.get(`${layer.name}.weight`)!, padding);
    const biased = ops.biasAdd(products, this.#weights.get(`${layer.name}.bias`)!);
    ops.free(products);
    if (!relu) return biased;
    const activated = ops.relu(biased);
    ops.free(biased);
    return activated;
  }

  /** At the training crop a fully-connected layer is one matrix product; [n, ...] to [n, units]. */
  #fullyConnect(layer: FcLayer, input: A): A {
    return this.#asMatrices(layer, input, (x, weight) => {
      const products = this.#ops.matMul(x, weight, false, false);
      const biased = this.#ops.biasAdd(products, this.#weights.get(`${layer.name}.bias`)!);
      this.#ops.free(products);
      if (!layer.hidden) return biased;
      const activated = this.#ops.relu(biased);
      this.#ops.free(biased);
      return activated;
    });
  }

  #fullyConnectGrad(layer: FcLayer, input: A, dz: A, gradients: Map<string, A>): A {
    return this.#asMatrices(layer, input, (x, weight) => {
      const ops = this.#ops;
      const dWeight = ops.matMul(x, dz, true, false);
      gradients.set(`${layer.name}.weight`, ops.reshape(dWeight, layer.weight));
      ops.free(dWeight);
      const dx = ops.matMul(dz, weight, false, true);
      const shaped = ops.reshape(dx, input.shape);
      ops.free(dx);
      return shaped;
    });
  }

  #asMatrices(layer: FcLayer, input: A, use: (x: A, weight: A) => A): A {
    const [height, width, channels, units] = layer.weight;
    const x = this.#ops.reshape(input, [input.shape[0]!, height * width * channels]);
    const weight = this.#ops.reshape(this.#weights.get(`${layer.name}.weight`)!, [
      height * width * channels,
      units,
    ]);
    const result = use(x, weight);
    this.#ops.free(x);
    this.#ops.free(weight);
    return result;
  }

  /** WebAssembly computes on without a word when an image is smaller than a filter, so that is looked at here. */
  #check({ count, height, width, data }: ImageBatch): void {
    const { crop } = this.#net.shape;
    if (Math.min(height, width) < crop || data.length !== count * height * width * 3)
      throw new Error(`Internal error: ${count} images of ${height} x ${width} px for a crop of ${crop} px`);
  }

  #uploadImages(batch: ImageBatch): A {
    return this.#ops.upload([batch.count, batch.height, batch.width, 3], batch.data);
  }

  #sum(into: Map<string, A>, parts: Map<string, A>): Map<string, A> {
    for (const [name, part] of parts) {
      const previous = into.get(name)!;
      into.set(name, this.#ops.add(previous, part));
      this.#ops.free(previous);
      this.#ops.free(part);
    }
    return into;
  }

  /** Caffe's form: the rate is inside the velocity, so a drop of the rate does not rescale what was gathered. */
  #update(gradients: Map<string, A>, { momentum, weightDecay }: TrainingSettings, rate: number): void {
    const ops = this.#ops;
    const free = (...arrays: A[]) => {
      arrays.forEach((a) => {
        ops.free(a);
      });
    };
    for (const [name, gradient] of gradients) {
      const weight = this.#weights.get(name)!;
      const velocity = this.#velocity.get(name)!;
      const kept = ops.scale(velocity, momentum);
      const step = ops.scale(gradient, -rate);
      let next = ops.add(kept, step);
      if (!name.endsWith('.bias') && weightDecay > 0) {
        const decay = ops.scale(weight, -rate * weightDecay);
        const decayed = ops.add(next, decay);
        free(next, decay);
        next = decayed;
      }
      this.#weights.set(name, ops.add(weight, next));
      this.#velocity.set(name, next);
      free(weight, velocity, gradient, kept, step);
    }
  }
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
