/**
 * Save points as folders, one below the other in the folder of their task:
 *
 *     <place, 12 digits>-<8 digits>/save-point.json     place, inputs, environment, the stage's facts, digest of the arrays
 *     <place, 12 digits>-<8 digits>/arrays.safetensors
 *
 * Each is written under another name, synced and renamed, so one that has its name is whole or damaged, never half; and
 * damage is found by the digest.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Environment } from '../plan/execution.js';
import type { SavedPlace, SavePlaces, SavePoint, SavePoints } from '../run/save-points.js';
import { TaskError } from '../run/stage.js';
import { canonicalJson, digestBytes } from '../util/digest.js';
import { type Disk, isMissing } from '../util/disk.js';
import { readJson } from './read-json.js';
import { readSafetensors, writeSafetensors } from '../util/safetensors.js';

/** Of save points that do not say it. */
const USUAL_MEMORY_GIB = 4;

const NAME = /^\d{12}-[0-9a-f]{8}$/;
const DESCRIPTION = 'save-point.json';
const ARRAYS = 'arrays.safetensors';

interface Description {
  readonly format: 1;
  readonly place: number;
  /** That were worked for it. */
  readonly seconds: number;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly facts: unknown;
  /** SHA-256 of the arrays' file. */
  readonly sha256: string;
}

/** The newest that was made of these inputs, by its description alone. */
export async function newestSavePoint(
  disk: Disk,
  directory: string,
  inputs: Readonly<Record<string, string>>,
): Promise<SavedPlace | undefined> {
  for (const name of await newestFirst(disk, directory)) {
    const found = await readDescription(disk, join(directory, name));
    if (!found || !isOf(found, inputs)) continue;
    const { place, seconds, environment } = found;
    return { place, seconds, threads: environment.engine?.threads };
  }
  return undefined;
}

export class SavePointFiles implements SavePoints {
  readonly #disk: Disk;
  readonly #places: SavePlaces;
  readonly #environment: Environment;
  readonly #startedAt = performance.now();
  #lastAt = performance.now();
  /** Of the tries before. */
  #secondsBefore = 0;

  constructor(disk: Disk, places: SavePlaces, environment: Environment) {
    this.#disk = disk;
    this.#places = places;
    this.#environment = environment;
  }

  async latest(): Promise<SavePoint | undefined> {
    const { directory, inputs, accept } = this.#places;
    for (const name of await newestFirst(this.#disk, directory)) {
      const folder = join(directory, name);
      const description = await readDescription(this.#disk, folder);
      if (!description || !isOf(description, inputs)) continue;
      const arrays = await this.#arrays(folder, description);
      if (!arrays) continue;
      const other = difference(description.environment, this.#environment);
      if (other !== undefined && !accept) throw new TaskError(elsewhere(description.place, other, directory));
      this.#secondsBefore = description.seconds;
      return { place: description.place, facts: description.facts, arrays };
    }
    return undefined;
  }

  isDue(place: number): boolean {
    const { everySeconds, everySteps } = this.#places.policy;
    if (everySteps !== undefined && place % everySteps === 0) return true;
    return performance.now() - this.#lastAt >= 1000 * everySeconds;
  }

  async save({ place, facts, arrays }: SavePoint): Promise<void> {
    const { directory, inputs } = this.#places;
    const bytes = writeSafetensors(arrays);
    const seconds = this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
    const description: Description = {
      ...{ format: 1, place, seconds, inputs, environment: this.#environment, facts },
      sha256: digestBytes(bytes),
    };
    const unique = randomUUID().slice(0, 8);
    const partial = join(directory, `partial-${unique}`);
    await this.#disk.makeDirectory(partial);
    await this.#disk.writeFile(join(partial, ARRAYS), bytes);
    await this.#disk.writeFile(join(partial, DESCRIPTION), JSON.stringify(description));
    await this.#disk.syncDirectory(partial);
    await this.#disk.rename(partial, join(directory, `${String(place).padStart(12, '0')}-${unique}`));
    for (const old of (await newestFirst(this.#disk, directory)).slice(this.#places.policy.keep))
      await this.#disk.remove(join(directory, old));
    this.#lastAt = performance.now();
  }

  /** Undefined where the bytes are not those that were written. */
  async #arrays(folder: string, { sha256 }: Description): Promise<SavePoint['arrays'] | undefined> {
    try {
      const bytes = await this.#disk.readFile(join(folder, ARRAYS));
      return digestBytes(bytes) === sha256 ? readSafetensors(bytes) : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

async function newestFirst(disk: Disk, directory: string): Promise<readonly string[]> {
  return (await disk.list(directory)).filter((name) => NAME.test(name)).reverse();
}

async function readDescription(disk: Disk, folder: string): Promise<Description | undefined> {
  const read = await readJson<Description>(disk, join(folder, DESCRIPTION));
  const isWhole = read?.format === 1 && Number.isSafeInteger(read.place) && read.inputs && read.environment;
  return isWhole ? (read as Description) : undefined;
}

function isOf({ inputs }: Description, wanted: Readonly<Record<string, string>>): boolean {
  return canonicalJson(inputs) === canonicalJson(wanted);
}

/** What of the arithmetic is another; our own code and Node change none of it. */
function difference(then: Environment, now: Environment): string | undefined {
  const facts = ({ engine, imageLibrary, memoryGiB }: Environment) => ({
    ...{ workers: 1, ...engine, imageLibrary },
    // Decides how many images are computed at once.
    memoryGiB: memoryGiB ?? USUAL_MEMORY_GIB,
  });
  const [before, here] = [facts(then), facts(now)] as Readonly<Record<string, unknown>>[];
  const keys = [...new Set([...Object.keys(before!), ...Object.keys(here!)])];
  const other = keys.filter((key) => before![key] !== here![key]);
  if (other.length === 0) return undefined;
  return other.map((key) => `${key} ${String(before![key])} then, ${String(here![key])} here`).join('; ');
}

function elsewhere(place: number, other: string, directory: string): string {
  return [
    `It was begun in another environment and got to ${place} (${other}); going on would give other bits than either.`,
    `Run it as it was begun, or go on with --accept, or remove ${directory} to begin anew.`,
  ].join(' ');
}
