/** What is measured of a net, and what a process that measured it says; plain data. */
import type { NetName } from '../nn/net-facts.js';
import type { Precision } from '../nn/ops.js';
import type { Parts } from './timed-ops.js';

export const PRECISIONS: readonly Precision[] = ['float32', 'bfloat16'];

export interface NetWork {
  /** A training step; class scores of crops; of whole images and their mirrors. */
  readonly task: 'step' | 'forward' | 'dense';
  readonly net: NetName;
  readonly width: number;
  readonly classes: number;
  /** Side of the training crop, px. */
  readonly crop: number;
  /** Of the images, px. */
  readonly height: number;
  readonly longSide: number;
  /** Images at once. */
  readonly batch: number;
  readonly precision: Precision;
  readonly threads: number;
  /** Measured one after the other, after one that is not. */
  readonly repeats: number;
}

export interface NetTimes {
  /** What computed: library and version. */
  readonly library: string;
  /** Of each repeat. */
  readonly seconds: readonly number[];
  readonly peakMib: number;
}

/** Ours also says what the machine can do at best. */
export interface OwnTimes extends NetTimes {
  /** 10^9 multiply-adds a second of a large matrix product, just after the net's. */
  readonly productGigaMultiplyAdds: number;
  /** Of one repeat more, in which each operation is timed. */
  readonly parts: Parts;
}
