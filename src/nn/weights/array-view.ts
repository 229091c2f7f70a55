/** Arrays of a file of weights, looked at in another order of axes without a copy, and copied once into ours. */
import { UserError } from '../../util/user-error.js';

/** Where the elements of an array stand among the numbers that a file holds. */
export interface View {
  readonly shape: readonly number[];
  /** Numbers from one index to the next, by axis; negative where an axis is read backwards. */
  readonly strides: readonly number[];
  /** Of the element at 0, 0, ... */
  readonly offset: number;
}

/** An array that is still in its file. */
export interface StoredArray extends View {
  /** As the file calls it. */
  readonly name: string;
  /** With the axes as the file has them. */
  readonly fileShape: readonly number[];
  /** The numbers that the view stands among, as float32. Read anew at each call. */
  readonly read: () => Promise<Float32Array>;
}

/** Row-major. */
export function contiguous(shape: readonly number[]): View {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return { shape, strides, offset: 0 };
}

/** @param axes of `view`, in their new order */
export function permuted<V extends View>(view: V, axes: readonly number[]): V {
  return {
    ...view,
    shape: axes.map((axis) => view.shape[axis]!),
    strides: axes.map((axis) => view.strides[axis]!),
  };
}

/** The same with one axis from its end to its start: BGR as RGB. */
export function reversed<V extends View>(view: V, axis: number): V {
  const last = view.shape[axis]! - 1;
  return {
    ...view,
    offset: view.offset + last * view.strides[axis]!,
    strides: view.strides.with(axis, -view.strides[axis]!),
  };
}

/** One axis as several, row-major: the inputs of a fully-connected layer as channels, rows and columns. */
export function split<V extends View>(view: V, axis: number, sizes: readonly number[]): V {
  const inner = contiguous(sizes).strides.map((stride) => stride * view.strides[axis]!);
  return {
    ...view,
    shape: view.shape.toSpliced(axis, 1, ...sizes),
    strides: view.strides.toSpliced(axis, 1, ...inner),
  };
}

/** Columns of a tile: of the 64 cache lines that one reads, all stay in the nearest cache. */
const TILE = 64;

/**
 * Copies a view into a row-major array.
 * @param out as long as the view has elements
 * @throws UserError if the view leaves the numbers, or one of them is not finite
 */
export function fill(out: Float32Array, view: View, numbers: Float32Array, name: string): void {
  checkInside(view, numbers.length, name);
  const axes = view.shape.length;
  if (axes === 0) throw new Error(`Internal error: ${name} has no axis`);
  const { strides: outStrides } = contiguous(view.shape);
  const columns = view.shape[axes - 1]!;
  const step = view.strides[axes - 1]!;
  // The last axis in tiles, the others so that what stands together in the file is read together.
  const order = [...Array(axes - 1).keys()].sort(
    (a, b) => Math.abs(view.strides[b]!) - Math.abs(view.strides[a]!),
  );
  let finite = 0;
  const walk = (depth: number, from: number, to: number, first: number, end: number): void => {
    if (depth === order.length) {
      for (let column = first; column < end; column++) {
        const value = numbers[from + column * step]!;
        out[to + column] = value;
        // 0 for every finite number, NaN for all others.
        finite += value * 0;
      }
      return;
    }
    const axis = order[depth]!;
    const [length, stride, outStride] = [view.shape[axis]!, view.strides[axis]!, outStrides[axis]!];
    for (let i = 0; i < length; i++) walk(depth + 1, from + i * stride, to + i * outStride, first, end);
  };
  for (let first = 0; first < columns; first += TILE)
    walk(0, view.offset, 0, first, Math.min(columns, first + TILE));
  if (finite !== 0)
    throw new UserError(
      `${name} holds weights that are no finite numbers. Features-only files have such fully-connected layers; take the whole net's file.`,
    );
}

function checkInside({ shape, strides, offset }: View, length: number, name: string): void {
  if (shape.some((size) => size === 0)) return;
  const ends = shape.map((size, axis) => (size - 1) * strides[axis]!);
  const least = offset + ends.filter((end) => end < 0).reduce((a, b) => a + b, 0);
  const most = offset + ends.filter((end) => end > 0).reduce((a, b) => a + b, 0);
  if (least < 0 || most >= length)
    throw new UserError(`${name} claims numbers ${least} to ${most} of the ${length} that are there.`);
}
