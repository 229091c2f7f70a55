/** The scores artifact: the posteriors of one net at one Q by one method, N x K, with the protocol that made them. */
import { readNpy, writeNpy } from '../util/npy.js';
import type { NetShape } from './net.js';

const POSTERIORS_FILE = 'posteriors.npy';
const LABELS_FILE = 'labels.jsonl';
const PROTOCOL_FILE = 'protocol.json';

/** How the scores were made; printed with every number. */
export interface EvaluationProtocol {
  readonly method: 'dense';
  readonly mirror: boolean;
  /** Name of the data set. */
  readonly dataset: string;
  /** How the net's weights were drawn, and its training: steps of how many images. */
  readonly initialisation: string;
  readonly steps: number;
  readonly batch: number;
  /** Training scale in real px, or the range `96..160` that it was drawn from. */
  readonly S: number | string;
  /** Test scale: smallest side in real px. */
  readonly Q: number;
  readonly net: NetShape;
  /** Fewest and most positions of the score map, over the images. */
  readonly positions: readonly [number, number];
  readonly averaging: 'scores over positions before the soft-max, posteriors over mirrors after it';
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

/** The files of a scores artifact, by name. */
export function writeScores({
  posteriors,
  labels,
  ids,
  classes,
  protocol,
}: Scores): Readonly<Record<string, string | Uint8Array>> {
  return {
    [POSTERIORS_FILE]: writeNpy({ shape: [ids.length, classes.length], data: posteriors }),
    [LABELS_FILE]: ids.map((id, i) => `${JSON.stringify({ id, label: labels[i] })}\n`).join(''),
    [PROTOCOL_FILE]: `${JSON.stringify({ ...protocol, classes }, null, 2)}\n`,
  };
}

/** @throws FormatError if the posteriors are damaged */
export async function readScores(reader: { read(file: string): Promise<Uint8Array> }): Promise<Scores> {
  const text = async (file: string) => Buffer.from(await reader.read(file)).toString('utf8');
  const lines = (await text(LABELS_FILE)).split('\n').filter(Boolean);
  const images = lines.map((line) => JSON.parse(line) as { id: string; label: number });
  const { classes, ...protocol } = JSON.parse(await text(PROTOCOL_FILE)) as Protocol & {
    classes: string[];
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
