/** The scores artifact: the posteriors of one net at one Q by one method, N x K, with the protocol that made them. */
import { digestValue } from '../util/digest.js';
import { UserError } from '../util/user-error.js';
import { emptyNpy, readNpy, readNpyParts, writeNpy } from '../util/npy.js';
import type { ImportedFrom, TrainingFacts } from './checkpoint.js';
import type { NetShape } from './net.js';
import type { MapAverage } from './posterior.js';

const POSTERIORS_FILE = 'posteriors.npy';
const LOG_POSTERIORS_FILE = 'log-posteriors.npy';
const LABELS_FILE = 'labels.jsonl';
const PROTOCOL_FILE = 'protocol.json';

/** How the scores were made; printed with every number. */
export interface EvaluationProtocol {
  /** How each image was looked at: `dense`, `multi-crop`, `centre-crop`, `ten-crop`. */
  readonly method: string;
  /** Whether each view counts as it is and mirrored. */
  readonly mirror: boolean;
  /** Name of the data set. */
  readonly dataset: string;
  /** Images of it that were left out, since they cannot be decoded; absent if none was. */
  readonly skipped?: number;
  /** Where the images are known by path and size, not by their bytes; absent where by their bytes. */
  readonly identity?: 'listing';
  /** How the net's weights were drawn, and its training: steps of how many images. */
  readonly initialisation: string;
  /** Where the net's weights come from; absent where it was trained here. */
  readonly importedFrom?: ImportedFrom;
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
  /** How images were brought to it; absent in older files, where it is the usual one. */
  readonly rescaling?: { readonly filter: string; readonly longSide: string };
  readonly net: NetShape;
  /** Fewest and most positions of the score maps of an image, all its views together, over the images. */
  readonly positions: readonly [number, number];
  /** What was averaged over the positions of a score map. */
  readonly mapAverage: MapAverage;
  /** Of the evaluation's arithmetic; absent where it is float32. */
  readonly precision?: string;
}

/** What a mean is over: posteriors, as the paper; or their logarithms, whose mean is made a posterior again. */
export type MeanOf =
  | 'posteriors'
  /** Of the members' posteriors. */
  | 'logits'
  /** Of the posteriors of each view (crop, mirror image) behind the members. */
  | 'logits-of-views';

/** A mean over scales, methods or nets. */
export interface MeanProtocol {
  readonly mean: readonly Protocol[];
  /** One a member; equal where left out. */
  readonly weights?: readonly number[];
  /** `posteriors` where left out. */
  readonly of?: MeanOf;
  /** Where the members were chosen among others. */
  readonly chosen?: Choice;
}

/** How the members of an ensemble were chosen. */
export interface Choice {
  readonly metric: string;
  /** Among how many. */
  readonly members: number;
  readonly subsetsTried: number;
  /** Whether these were all. */
  readonly everySubset: boolean;
  /** Images that the choice was made on; the scores are of others. */
  readonly images: number;
}

export type Protocol = EvaluationProtocol | MeanProtocol;

/** The protocols of the matrices behind scores, means followed. */
export function singleProtocols(protocol: Protocol): readonly EvaluationProtocol[] {
  return weightedProtocols(protocol).map(({ single }) => single);
}

/** The evaluations behind a protocol with the weight of each, of 1 together; means of means multiply theirs. */
export function weightedProtocols(
  protocol: Protocol,
  weight = 1,
): readonly { readonly single: EvaluationProtocol; readonly weight: number }[] {
  if (!('mean' in protocol)) return [{ single: protocol, weight }];
  const { mean } = protocol;
  const weights = protocol.weights ?? mean.map(() => 1);
  const total = weights.reduce((a, b) => a + b, 0);
  return mean.flatMap((member, i) => weightedProtocols(member, (weight * weights[i]!) / total));
}

export interface Scores {
  /** [images, classes], row-major. */
  readonly posteriors: Float32Array;
  /** Class index of each image. */
  readonly labels: readonly number[];
  readonly ids: readonly string[];
  /** What each image shows; absent where every image shows a thing of its own. */
  readonly things?: readonly string[];
  readonly classes: readonly string[];
  readonly protocol: Protocol;
}

/** All that scores artifacts say beside their numbers. */
export type ScoreFacts = Omit<Scores, 'posteriors'>;

/**
 * The files of a scores artifact, by name. `protocol.json` holds digests of the label set (images, labels and
 * classes in their order) and of the protocol, so that other tools see at a glance what may be averaged.
 * @param logPosteriors [images, classes]: means of the natural logarithms of the posteriors of each view, for
 *   averages of logits; left out of what is a mean of matrices
 */
export function writeScores(scores: Scores, logPosteriors?: Float32Array): ScoreFiles {
  const shape = [scores.ids.length, scores.classes.length];
  return {
    [POSTERIORS_FILE]: writeNpy({ shape, data: scores.posteriors }),
    ...(logPosteriors && { [LOG_POSTERIORS_FILE]: writeNpy({ shape, data: logPosteriors }) }),
    ...factFiles(scores),
  };
}

type ScoreFiles = Readonly<Record<string, string | Uint8Array>>;

/** Scores that are filled in place, and their files once they are. */
export function emptyScores(facts: ScoreFacts): {
  readonly posteriors: Float32Array;
  readonly files: ScoreFiles;
} {
  const { bytes, data } = emptyNpy([facts.ids.length, facts.classes.length]);
  return { posteriors: data, files: { [POSTERIORS_FILE]: bytes, ...factFiles(facts) } };
}

function factFiles({ labels, ids, things, classes, protocol }: ScoreFacts): ScoreFiles {
  const digests = {
    labelSet: digestValue({ ids, labels, classes }),
    protocol: digestValue(protocol),
  };
  return {
    [LABELS_FILE]: ids
      .map((id, i) => `${JSON.stringify({ id, label: labels[i], ...(things && { thing: things[i] }) })}\n`)
      .join(''),
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

/** Posteriors that are no numbers; no net of ours leaves such. The message names the scores and the first image. */
export class NotNumbersError extends UserError {
  override readonly name = 'NotNumbersError';
}

/** @throws FormatError if the posteriors are damaged, NotNumbersError */
export async function readScores(reader: Reader): Promise<Scores> {
  const facts = await readScoreFacts(reader);
  const posteriors = readNpy(await reader.read(POSTERIORS_FILE)).data;
  const at = posteriors.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return { ...facts, posteriors };
  const { ids, protocol } = facts;
  const what = new Set(
    singleProtocols(protocol).map(
      ({ net, S, Q, method }) => `net ${net.net}, S = ${S} px, Q = ${Q} px, ${method}`,
    ),
  );
  throw new NotNumbersError(
    `The scores of ${[...what].join(' & ')} hold posteriors that are no numbers, first of the image "${ids[Math.floor((at * ids.length) / posteriors.length)]!}". Remove them from the store and run again.`,
  );
}

/**
 * What images show, where it is said; an image of which nothing is said shows a thing of its own. Nothing where all show
 * one thing, or there is none: then the images are all that there is to count.
 */
export function thingsOf(
  images: readonly { readonly id: string; readonly thing?: string }[],
): Pick<ScoreFacts, 'things'> {
  if (new Set(images.map(({ thing }) => thing)).size < 2) return {};
  return { things: images.map(({ id, thing }) => thing ?? id) };
}

export async function readScoreFacts(reader: Reader): Promise<ScoreFacts> {
  const text = async (file: string) => Buffer.from(await reader.read(file)).toString('utf8');
  const lines = (await text(LABELS_FILE)).split('\n').filter(Boolean);
  const images = lines.map((line) => JSON.parse(line) as { id: string; label: number; thing?: string });
  const {
    classes,
    digests: _,
    ...protocol
  } = JSON.parse(await text(PROTOCOL_FILE)) as Protocol & {
    classes: string[];
    digests?: unknown;
  };
  return {
    labels: images.map(({ label }) => label),
    ids: images.map(({ id }) => id),
    ...thingsOf(images),
    classes,
    protocol,
  };
}

/**
 * Posteriors, or their logarithms over the views behind, in parts of so many numbers (fewer in the last), for matrices
 * that are not to be in memory. Each part is gone when the next is asked for.
 */
export function readScoreParts(
  reader: { readParts(file: string): AsyncIterable<Uint8Array> },
  what: 'posteriors' | 'log-posteriors',
  numbers: number,
): AsyncGenerator<Float32Array, void, undefined> {
  const file = what === 'posteriors' ? POSTERIORS_FILE : LOG_POSTERIORS_FILE;
  return readNpyParts(reader.readParts(file), numbers);
}
