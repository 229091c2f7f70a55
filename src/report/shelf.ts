/** `runs/<experiment>/`: what people look at, copied from the store. */
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import type { Experiment, Plan } from '../plan/plan.js';
import { type ArtifactStore, DamagedArtifactError } from '../run/artifact-store.js';
import type { ReportFile } from '../run/tracker.js';
import { digestBytes } from '../util/digest.js';
import { type Disk, isMissing, replaceWhole } from '../util/disk.js';

/** Where from, and where to. */
export interface Shelf {
  readonly store: ArtifactStore;
  readonly disk: Disk;
  /** Absolute. */
  readonly directory: string;
}

/** A report as it was written. */
export interface Written {
  readonly markdown: string;
  /** Absolute path of the Markdown file. */
  readonly file: string;
  /** In all formats. */
  readonly files: readonly ReportFile[];
}

/** One experiment of a plan, and what of the plan is done. */
export interface FinishedExperiment {
  readonly plan: Plan;
  readonly experiment: Experiment;
  readonly done: ReadonlyMap<string, Execution>;
}

/**
 * As {@link replaceWhole}; a file that holds this already is left alone.
 * @returns SHA-256 of the content, 64 hex digits
 */
export async function replaceFile(disk: Disk, path: string, content: Uint8Array | string): Promise<string> {
  const bytes = Buffer.from(content as Uint8Array);
  const sha256 = digestBytes(bytes);
  if (await holds(disk, path, bytes)) return sha256;
  await replaceWhole(disk, path, bytes);
  return sha256;
}

/**
 * One report in each of its formats, `<name>.<format>`.
 * @param name of the report, and of its files
 * @returns its files, in the order of the formats
 */
export async function writeFormats(
  { disk, directory }: Shelf,
  name: string,
  formats: Readonly<Record<'md' | 'json' | 'csv' | 'tex' | 'html', string>>,
): Promise<Written> {
  await disk.makeDirectory(directory);
  const files: ReportFile[] = [];
  for (const [format, text] of Object.entries(formats)) {
    const path = join(directory, `${name}.${format}`);
    files.push({ path, sha256: await replaceFile(disk, path, text), report: name, holds: 'report' });
  }
  return { markdown: formats.md, file: join(directory, `${name}.md`), files };
}

async function holds(disk: Disk, path: string, bytes: Buffer): Promise<boolean> {
  try {
    return Buffer.from(await disk.readFile(path)).equals(bytes);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** @throws DamagedArtifactError if it is not what was stored; it has been set aside then */
export async function readOrSetAside(
  store: ArtifactStore,
  execution: Execution,
  file: string,
): Promise<Uint8Array> {
  try {
    return await store.read(execution, file);
  } catch (error) {
    if (!(error instanceof DamagedArtifactError)) throw error;
    const movedTo = await store.setAside(execution);
    const message = `${error.message}. It lies in ${movedTo} now; run again: it is made anew.`;
    throw new DamagedArtifactError(message, execution, { cause: error });
  }
}
