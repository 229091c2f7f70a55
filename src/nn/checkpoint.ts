/** The checkpoint artifact: a net's weights and all that evaluation needs to use them. */
import type { NetShape } from './net.js';
import type { Parameters } from './net-state.js';
import { UserError } from '../util/user-error.js';
import { emptySafetensors, readSafetensors, writeSafetensors } from '../util/safetensors.js';

const DESCRIPTION_FILE = 'checkpoint.json';
export const WEIGHTS_FILE = 'weights.safetensors';

/** How a net was trained, beside steps and batch: for captions, which state what the paper leaves unsaid. */
export interface TrainingFacts {
  /** That were learnt from. */
  readonly images: number;
  /** That were left out, since they cannot be decoded; absent if none was. */
  readonly skipped?: number;
  /** At the start. */
  readonly rate: number;
  /** When it drops, in words. */
  readonly schedule: string;
  /** Caffe's form. */
  readonly momentum: number;
  /** On weights, not on biases. */
  readonly weightDecay: number;
  readonly dropout: number;
  /** What varied the images, in words. */
  readonly augmentation: string;
  /** Layers that learnt. */
  readonly learnt: 'all' | 'fc';
  /** Absent where it is float32. */
  readonly precision?: string;
}

/** The file that a net was imported from, and what of it was brought into our orders. */
export interface ImportedFrom {
  /** The published release that the file is; absent for others. */
  readonly release?: string;
  /** Whose weights that release has. */
  readonly trainedBy?: string;
  /** Its name, without folders; absent where its digest was asked for, since then any name will do. */
  readonly file?: string;
  readonly sha256: string;
  readonly format: string;
  readonly channelOrder: 'RGB' | 'BGR';
  readonly flattenOrder: 'HWC' | 'CHW';
}

export interface CheckpointDescription {
  readonly format: 1;
  readonly shape: NetShape;
  /** Class names in the order of the scores. */
  readonly classes: readonly string[];
  /** Subtracted from 0-255 pixels, in the order of the channels. */
  readonly mean: readonly [number, number, number];
  /** What the difference is multiplied by: all channels by one number, or R, G, B by one each. */
  readonly inputScale: number | readonly [number, number, number];
  readonly channelOrder: 'RGB';
  /** Order in which fc6 reads the last feature map. */
  readonly flattenOrder: 'HWC';
  /** Training scale, real px, or the range `96..160` that it was drawn from. */
  readonly S: number | string;
  readonly initialisation: string;
  /** Absent where the net was trained here. */
  readonly importedFrom?: ImportedFrom;
  /** Layers whose weights were taken from a trained net at the start; absent in older files. */
  readonly copied?: readonly string[];
  /** Absent in older files. */
  readonly training?: TrainingFacts;
  /** Trainings behind the weights, this one and those that it started from; absent in older files, where it is 1 or more. */
  readonly trainings?: number;
  readonly steps: number;
  /** Images of a step. */
  readonly batch: number;
}

export interface Checkpoint {
  readonly description: CheckpointDescription;
  readonly weights: Parameters;
}

interface Reader {
  read(file: string): Promise<Uint8Array>;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** The files of a checkpoint, by name. */
export function writeCheckpoint({ description, weights }: Checkpoint): Files {
  return filesOf(description, writeSafetensors(weights));
}

/** The same with all weights 0, and the weights, which can be written in place. */
export function checkpointFiles(
  description: CheckpointDescription,
  arrays: readonly { readonly name: string; readonly shape: readonly number[] }[],
): { readonly files: Files; readonly data: readonly Float32Array[] } {
  const { bytes, data } = emptySafetensors(arrays);
  return { files: filesOf(description, bytes), data };
}

function filesOf(description: CheckpointDescription, weights: Uint8Array): Files {
  return { [DESCRIPTION_FILE]: `${JSON.stringify(description, null, 2)}\n`, [WEIGHTS_FILE]: weights };
}

/** @throws FormatError if the weights are damaged, UserError if a newer version made them */
export async function readCheckpoint(reader: Reader): Promise<Checkpoint> {
  const description = await readDescription(reader);
  return { description, weights: readSafetensors(await reader.read(WEIGHTS_FILE)) };
}

/** A checkpoint without its weights. @throws UserError if a newer version made it */
export async function readDescription(reader: Reader): Promise<CheckpointDescription> {
  const description = JSON.parse(
    Buffer.from(await reader.read(DESCRIPTION_FILE)).toString('utf8'),
  ) as CheckpointDescription;
  if ((description.format as number) !== 1)
    throw new UserError(
      `The checkpoint has format ${String(description.format)}; this version reads format 1. It was made by a newer one.`,
    );
  return description;
}
