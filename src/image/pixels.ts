import { UserError } from '../util/user-error.js';

/** An RGB image in memory: interleaved bytes, row-major, 3 a pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A bad image: which one it is, the caller knows and adds. */
export class ImageError extends UserError {
  override readonly name = 'ImageError';
}
