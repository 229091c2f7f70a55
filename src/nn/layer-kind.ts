/**
 * What a layer of a net can be: the port that the kinds in `layer-kinds/` and a user's own ones implement. A
 * kind is pure: the same calls on the same arrays give the same arrays. Activations between layers are always
 * [images, height, width, channels].
 */
import type { TSchema } from '../util/type.js';
import type { DeviceArray, Ops } from './ops.js';
import type { Pooling } from './pooling.js';

/** Of one image's activations. */
export type Size = readonly [height: number, width: number, channels: number];

/** A layer as plain JSON data; `kind` names its layer kind, the rest are that kind's parameters. */
export interface LayerObject {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** One layer of a built net. */
export interface Layer<P extends LayerObject = LayerObject> {
  readonly kind: LayerKind<P>;
  /** E.g. `conv1_2`, `pool3`, `fc6`; its arrays are named after it: `conv1_2.weight`. */
  readonly name: string;
  /** Defaults filled in, at the width of the net. */
  readonly parameters: P;
  /** What the layer is given at the training crop. */
  readonly input: Size;
  readonly pooling: Pooling;
}

/** One array that is learnt. */
export interface ParameterShape {
  /** Within its layer (`weight`), or in a whole net (`conv1_1.weight`). */
  readonly name: string;
  readonly shape: readonly number[];
  /** A bias has no weight decay, and begins at 0 where `initial` is left out. */
  readonly bias: boolean;
  /** What all of it begins at, where that is not drawn at random (or 0). */
  readonly initial?: number;
}

/** What one position of a layer's output is made of, along one side: windows are square. */
export interface Window {
  /** Positions of the input. */
  readonly side: number;
  /** From one window to the next, in positions of the input. */
  readonly stride: number;
  /** Positions by which the first window reaches beyond the input's edge. */
  readonly padding: number;
}

/** One pass through the net, as a layer sees it. */
export interface Pass<A extends DeviceArray> {
  readonly ops: Ops<A>;
  /** The layer's own array of that name, which stays the session's: it is not to be freed. */
  readonly parameter: (name: string) => A;
  /** Whether all numbers of this pass are known to be finite, so that NaN need not be passed on. */
  readonly finite: boolean;
}

export interface TrainingPass<A extends DeviceArray> extends Pass<A> {
  /**
   * [images, units], 0 where a unit is dropped, else 1 / (1 - dropout); undefined where nothing is. To be freed,
   * or kept for the backward pass.
   */
  readonly dropoutMask: (units: number) => A | undefined;
}

export interface BackwardPass<A extends DeviceArray> extends Pass<A> {
  /** False for the first layer: nobody asks how the loss changes with the image. */
  readonly wantsInput: boolean;
}

/** A layer's part of the forward pass of training. The session frees all of it after the backward pass. */
export interface Forward<A extends DeviceArray> {
  readonly output: A;
  /** What `backward` needs besides input and output; new arrays, neither of those two. */
  readonly kept: readonly A[];
}

export interface Trace<A extends DeviceArray> extends Forward<A> {
  readonly input: A;
}

/** All are new arrays, or `dy` itself; the session frees them. */
export interface Gradients<A extends DeviceArray> {
  /** At the layer's input; undefined where it is not wanted. */
  readonly input: A | undefined;
  /** One for each of the layer's parameter arrays, by its name within the layer. */
  readonly parameters: Readonly<Record<string, A>>;
}

export interface LayerKind<P extends LayerObject = LayerObject> {
  /** What specs call it. */
  readonly kind: string;
  /** One sentence for editors and docs. */
  readonly description: string;
  /** A TypeBox object schema of its parameters that allows no others; `kind` is the literal above. */
  readonly schema: TSchema;
  /** A block of the net ends with such a layer (a pool): names count blocks, and within a block the layers of a kind. */
  readonly endsBlock?: boolean;

  /** The parameters in a net whose channel counts are multiplied by `width`; left out where that changes nothing. */
  atWidth?(parameters: P, width: number): P;
  /** For an input of any size from that at the training crop up. */
  outputSize(layer: Layer<P>, input: Size): Size;
  parameterShapes(layer: Layer<P>): readonly ParameterShape[];
  /** For what a position of the output sees of the image; left out where windows do not describe the kind. */
  window?(layer: Layer<P>): Window;
  /** For one image; additions of biases and what has no products is not counted. */
  multiplyAdds(layer: Layer<P>, input: Size): number;
  /**
   * The largest magnitude that an output can have where no input has a larger one than `input`; NaN or Infinity if an
   * array is not finite. Left out where none is known: evaluation is then somewhat slower, with the same bits.
   */
  largest?(layer: Layer<P>, input: number, parameter: (name: string) => Float32Array): number;

  /** At the training crop. `x` stays the session's. */
  forward<A extends DeviceArray>(layer: Layer<P>, x: A, pass: TrainingPass<A>): Forward<A>;
  /** Over whole images (Sect. 3.2), without dropout; returns a new array. `x` stays the session's. */
  forwardDense<A extends DeviceArray>(layer: Layer<P>, x: A, pass: Pass<A>): A;
  /** `dy`, the gradient at the output, is handed over: `backward` frees it or returns it. */
  backward<A extends DeviceArray>(
    layer: Layer<P>,
    trace: Trace<A>,
    dy: A,
    pass: BackwardPass<A>,
  ): Gradients<A>;
}

/** Channels or units at a width, at least one. */
export function scaled(channels: number, width: number): number {
  return Math.max(1, Math.round(channels * width));
}
