/** The scores artifact: the posteriors of one net at one Q by one method, N x K, with the protocol that made them. */
import { digestValue } from '../util/digest.js';
import { readNpy, writeNpy } from '../util/npy.js';
import type { TrainingFacts } from './checkpoint.js';
import type { NetShape } from './net.js';

const POSTERIORS_FILE = 'posteriors.npy';
const LOG_POSTERIORS_FILE = 'log-posteriors.npy';
const LABELS_FILE = 'labels.jsonl';
const PROTOCOL_FILE = 'protocol.json';

/** The smallest normal number of float32: a posterior that rounds to 0 has a logarithm too. */
const SMALLEST = 2 ** -126;

/** How the scores were made; printed with every number. */
export interface EvaluationProtocol {
  readonly method: 'dense' | 'centre-crop';
  readonly mirror: boolean;
  /** Name of the data set. */
  readonly dataset: string;
  /** How the net's weights were drawn, and its training: steps of how many images. */
  readonly initialisation: string;
  /** Layers that were taken from a trained net; absent in older files. */
  readonly copied?: readonly string[];
  /** Absent in older files. */
  readonly training?: TrainingFacts;
  readonly steps: number;
  readonly batch: number;
  /** Training scale in real px, or the range `96..160` that it was drawn from. */
  readonly S: number | string;
  /** Test scale: smallest side in real px. */
  readonly Q: number;
  readonly net: NetShape;
  /** Fewest and most positions of the score map, over the images. */
  readonly positions: readonly [number, number];
  readonly averaging: string;
}

/** A mean of posteriors, over scales, methods or nets. */
export interface MeanProtocol {
  readonly mean: readonly Protocol[];
  /** One a member; equal where left out. */
  readonly weights?: readonly number[];
}

export type Protocol = EvaluationProtocol | MeanProtocol;

/** The protocols of the matrices behind scores, means followed. */
export function singleProtocols(protocol: Protocol): readonly EvaluationProtocol[] {
  return 'mean' in protocol ? protocol.mean.flatMap(singleProtocols) : [protocol];
}

export interface Scores {
  /** [images, classes], row-major. */
  readonly posteriors: Float32Array;
  /** Class index of each image. */
  readonly labels: readonly number[];
  readonly ids: readonly string[];
  readonly classes: readonly string[];
  readonly protocol: Protocol;
}

/**
 * The files of a scores artifact, by name. `protocol.json` holds digests of the label set (images, labels and
 * classes in their order) and of the protocol, so that other tools see at a glance what may be averaged.
 * @param logPosteriors mean natural logarithms of the posteriors behind, for averages of logits; those of the
 *   posteriors themselves where left out
 */
export function writeScores(
  { posteriors, labels, ids, classes, protocol }: Scores,
  logPosteriors: Float32Array = posteriors.map((p) => Math.log(Math.max(SMALLEST, p))),
): Readonly<Record<string, string | Uint8Array>> {
  const shape = [ids.length, classes.length];
  const digests = {
    labelSet: digestValue({ ids, labels, classes }),
    protocol: digestValue(protocol),
  };
  return {
    [POSTERIORS_FILE]: writeNpy({ shape, data: posteriors }),
    [LOG_POSTERIORS_FILE]: writeNpy({ shape, data: logPosteriors }),
    [LABELS_FILE]: ids.map((id, i) => `${JSON.stringify({ id, label: labels[i] })}\n`).join(''),
    [PROTOCOL_FILE]: `${JSON.stringify({ ...protocol, classes, digests }, null, 2)}\n`,
  };
}

interface Reader {
  read(file: string): Promise<Uint8Array>;
}

/** [images, classes], row-major. @throws FormatError if they are damaged */
export async function readLogPosteriors(reader: Reader): Promise<Float32Array> {
  return readNpy(await reader.read(LOG_POSTERIORS_FILE)).data;
}

/** @throws FormatError if the posteriors are damaged */
export async function readScores(reader: Reader): Promise<Scores> {
  const text = async (file: string) => Buffer.from(await reader.read(file)).toString('utf8');
  const lines = (await text(LABELS_FILE)).split('\n').filter(Boolean);
  const images = lines.map((line) => JSON.parse(line) as { id: string; label: number });
  const {
    classes,
    digests: _,
    ...protocol
  } = JSON.parse(await text(PROTOCOL_FILE)) as Protocol & {
    classes: string[];
    digests?: unknown;
  };
  const { data } = readNpy(await reader.read(POSTERIORS_FILE));
  return {
    posteriors: data,
    labels: images.map(({ label }) => label),
    ids: images.map(({ id }) => id),
    classes,
    protocol,
  };
}
