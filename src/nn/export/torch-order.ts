/** Our weights in the order of PyTorch and ONNX: units first, then channels, rows and columns. */
import { contiguous, fill, permuted } from '../weights/array-view.js';
import { bytesOf, type WeightArray } from './export-format.js';
import { lengthOf } from './exported-net.js';

/** Numbers that are brought into order at once: as many as stay near the processor. */
const BLOCK = 2 ** 21;

/**
 * The numbers of one array, in blocks. A fully-connected layer, ours as [rows, columns, channels, units], becomes both
 * [units, channels, rows, columns] and the matrix [units, inputs] with its inputs flattened channels first.
 */
export function* inTorchOrder({ name, shape, data }: WeightArray): Generator<Uint8Array, void, undefined> {
  if (shape.length === 1) {
    yield bytesOf(data);
    return;
  }
  const view = permuted(contiguous(shape), [3, 2, 0, 1]);
  const [units = 0, ...rest] = view.shape;
  const row = lengthOf(rest);
  const rows = Math.min(units, Math.max(1, Math.floor(BLOCK / row)));
  const block = new Float32Array(rows * row);
  for (let first = 0; first < units; first += rows) {
    const count = Math.min(rows, units - first);
    const part = { ...view, shape: [count, ...rest], offset: first * view.strides[0]! };
    const out = block.subarray(0, count * row);
    fill(out, part, data, name);
    yield bytesOf(out);
  }
}
