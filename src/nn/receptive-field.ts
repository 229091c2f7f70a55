/** Which pixels a position of a layer's output sees (Sect. 2.3): arithmetic on the windows of the layers. */
import type { Window } from './layer-kind.js';
import type { Net } from './net.js';

/**
 * Along one side of the image, for what lies behind a number of layers: position i sees the pixels from
 * `start + stride * i` on, `side` of them. Those before pixel 0 or after the last one are padding.
 */
export interface ReceptiveField {
  /** px. */
  readonly side: number;
  /** px. */
  readonly stride: number;
  /** px; 0 or, where layers pad, negative. */
  readonly start: number;
}

/** Of a pixel itself. */
export const PIXEL: ReceptiveField = { side: 1, stride: 1, start: 0 };

/** Of a position that sees `window` of positions whose own field is `field`. */
export function through({ side, stride, padding }: Window, field: ReceptiveField): ReceptiveField {
  return {
    side: field.side + (side - 1) * field.stride,
    stride: field.stride * stride,
    start: field.start - padding * field.stride,
  };
}

/** One a layer, at its output; undefined from the first layer on whose kind does not tell its window. */
export function receptiveFields(net: Net): readonly (ReceptiveField | undefined)[] {
  let field: ReceptiveField | undefined = PIXEL;
  return net.layers.map((layer) => {
    const window = layer.kind.window?.(layer);
    field = field && window && through(window, field);
    return field;
  });
}
