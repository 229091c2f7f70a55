/** A checkpoint as a model of another program, with what that has to know beside it. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { checkpointWeights } from '../nn/export/checkpoint-weights.js';
import type { Part } from '../nn/export/export-format.js';
import { exportedNet } from '../nn/export/exported-net.js';
import { type FormatName, FORMATS, formatOf, TFJS_MODEL, TFJS_SHARD } from '../nn/export/formats.js';
import { modelCard } from '../nn/export/model-card.js';
import type { Disk } from '../util/disk.js';
import { UserError } from '../util/user-error.js';
import { openCheckpoint } from './checkpoint-folder.js';
import { writeFiles } from './write-files.js';

export interface ExportRequest {
  /** Absolute folder of the checkpoint. */
  readonly from: string;
  /** Absolute path of the model, or for `tfjs` of its folder or of `model.json` in that. */
  readonly to: string;
  /** Left out: by what the path ends in. */
  readonly format?: FormatName;
  /** Whether an ONNX model takes images of any size and averages the scores over positions. */
  readonly dense?: boolean;
  /** Whether files that are there are replaced. */
  readonly force?: boolean;
  /** Aborted to end it without a file. */
  readonly signal?: AbortSignal;
}

export interface ExportedFiles {
  readonly format: FormatName;
  readonly net: string;
  /** Absolute paths: of the model, of what stands beside it. */
  readonly model: string;
  readonly card: string;
  /** Of all files. */
  readonly bytes: number;
}

/**
 * @throws UserError if the format cannot hold the net, a weight is not finite, or files are there already; the signal's
 * reason once it is aborted
 */
export async function exportNet(disk: Disk, request: ExportRequest): Promise<ExportedFiles> {
  const { from, to, dense = false, force = false, signal } = request;
  const format = request.format ?? formatOf(to);
  if (!format)
    throw new UserError(
      `"${basename(to)}" does not say which format is meant: let it end in .safetensors, .onnx or model.json (TensorFlow.js), or say --format.`,
    );
  if (dense && format !== 'onnx')
    throw new UserError(
      'Only an ONNX model takes images of any size: leave --dense out, or export to .onnx.',
    );
  const { folder, file, card } = placesOf(to, format);
  if (isWithin(folder, from))
    throw new UserError(
      `${folder} holds the checkpoint itself, which an export must not change. Name another folder.`,
    );
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UserError(`${folder} is a file, but must be a folder.`);
  for (const name of [file, card])
    if (statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory())
      throw new UserError(`${join(folder, name)} is a folder, but must be a file. Name another file.`);
    else if (!force && existsSync(join(folder, name)))
      throw new UserError(
        `${join(folder, name)} is there already. Name another file, or replace it: --force.`,
      );
  const isStale = (name: string) => format === 'tfjs' && TFJS_SHARD.test(name);
  if (!force && existsSync(folder) && readdirSync(folder).some(isStale))
    throw new UserError(
      `${folder} holds weights of another TensorFlow.js model. Name another folder, or replace them: --force.`,
    );
  const { description, weights, origin } = await openCheckpoint(disk, from);
  const exported = exportedNet(description.shape);
  const parts = async function* (): AsyncGenerator<Part> {
    const arrays = checkpointWeights(exported.net, weights);
    for await (const part of FORMATS[format](exported, arrays, { file, dense })) {
      signal?.throwIfAborted();
      yield part;
    }
    const facts = modelCard({ description, exported, format, file, dense, origin: origin() });
    yield { file: card, bytes: Buffer.from(`${JSON.stringify(facts, null, 2)}\n`) };
  };
  const { bytes } = await writeFiles(folder, parts(), isStale);
  const { net } = description.shape;
  return { format, net, model: join(folder, file), card: join(folder, card), bytes };
}

/** Whether a folder is another or lies in it, links followed. */
function isWithin(folder: string, other: string): boolean {
  if (!existsSync(folder) || !existsSync(other)) return false;
  const [inner, outer] = [realpathSync(folder), realpathSync(other)];
  return inner === outer || inner.startsWith(outer + sep);
}

/** Where the files of a model lie. */
function placesOf(to: string, format: FormatName) {
  if (format === 'tfjs') {
    const folder = basename(to) === TFJS_MODEL ? dirname(to) : to;
    return { folder, file: TFJS_MODEL, card: 'preprocessing.json' };
  }
  return { folder: dirname(to), file: basename(to), card: `${basename(to)}.preprocessing.json` };
}
