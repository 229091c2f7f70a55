/**
 * Gradient of a 2x2 max-pool of stride 2 on plain arrays. WebAssembly's own is wrong in windows whose numbers
 * are all negative: what it gives there goes nowhere. (ReLU comes before the paper's pools; a user's layer need not.)
 */

/**
 * The first of equal numbers has the gradient, in the order of rows and columns, as in TensorFlow.
 * @param x pooled numbers, [images, height, width, channels], row-major
 * @param dy gradient at the pool's result, of the shape `pooled`
 */
export function maxPoolGrad(
  x: Float32Array,
  shape: readonly number[],
  dy: Float32Array,
  pooled: readonly number[],
): Float32Array {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [images, rows, columns] = pooled as [number, number, number, number];
  const dx = new Float32Array(x.length);
  let from = 0;
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const corner = ((image * height + 2 * row) * width + 2 * column) * channels;
        // At an odd side that is rounded up, the last window ends with the image.
        const right = 2 * column + 1 < width;
        const below = 2 * row + 1 < height;
        for (let channel = 0; channel < channels; channel++) {
          const first = corner + channel;
          const under = first + width * channels;
          let best = first;
          if (right && x[first + channels]! > x[best]!) best = first + channels;
          if (below && x[under]! > x[best]!) best = under;
          if (right && below && x[under + channels]! > x[best]!) best = under + channels;
          dx[best] = dy[from++]!;
        }
      }
  return dx;
}
