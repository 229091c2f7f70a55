/** Local response normalisation (Krizhevsky et al. 2012, Sect. 3.3) on plain arrays, for backends that lack it. */
import type { LrnSettings } from '../ops.js';

/**
 * @param x activations, channels last, row-major
 */
export function lrn(x: Float32Array, channels: number, settings: LrnSettings): Float32Array {
  const bases = new Float64Array(channels);
  const y = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += channels) {
    basesAt(x, from, bases, settings);
    for (let c = 0; c < channels; c++) y[from + c] = x[from + c]! * Math.pow(bases[c]!, -settings.beta);
  }
  return y;
}

/**
 * With s the bases, dx_i = dy_i s_i^-beta - 2 alpha beta x_i sum_j dy_j x_j s_j^-(beta + 1), over the same
 * neighbours j, as they are neighbours of each other.
 * @param dy gradient at the result, of the shape of `x`
 */
export function lrnGrad(
  x: Float32Array,
  dy: Float32Array,
  channels: number,
  settings: LrnSettings,
): Float32Array {
  const { depthRadius, alpha, beta } = settings;
  const bases = new Float64Array(channels);
  const shares = new Float64Array(channels);
  const dx = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += channels) {
    basesAt(x, from, bases, settings);
    for (let c = 0; c < channels; c++)
      shares[c] = dy[from + c]! * x[from + c]! * Math.pow(bases[c]!, -beta - 1);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      const last = Math.min(channels - 1, c + depthRadius);
      for (let j = Math.max(0, c - depthRadius); j <= last; j++) sum += shares[j]!;
      dx[from + c] = dy[from + c]! * Math.pow(bases[c]!, -beta) - 2 * alpha * beta * x[from + c]! * sum;
    }
  }
  return dx;
}

/** bias + alpha * sum of x^2 over the neighbours, for each channel of the position that begins at `from`. */
function basesAt(x: Float32Array, from: number, bases: Float64Array, settings: LrnSettings): void {
  const { depthRadius, bias, alpha } = settings;
  for (let c = 0; c < bases.length; c++) {
    let sum = 0;
    const last = Math.min(bases.length - 1, c + depthRadius);
    for (let j = Math.max(0, c - depthRadius); j <= last; j++) sum += x[from + j]! ** 2;
    bases[c] = bias + alpha * sum;
  }
}
