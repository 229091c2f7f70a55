/** {@link ArtifactStore} in memory: the second implementation of the port. */
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import type { Failure } from '../../src/plan/status.js';
import {
  ArtifactStore,
  type Attempt,
  DamagedArtifactError,
  type HeldLease,
  type Publication,
} from '../../src/run/artifact-store.js';
import type { SavedPlace, SavePlaces, SavePoints } from '../../src/run/save-points.js';
import type { ArtifactReader } from '../../src/run/stage.js';
import type { Files } from '../../src/run/task-host.js';
import { digestBytes, digestValue } from '../../src/util/digest.js';

/** For orders of tasks that leave none. */
export function noSavePlaces(directory: string): SavePlaces {
  return {
    directory: `${directory}/unfinished`,
    policy: { everySeconds: 300, keep: 2 },
    inputs: {},
    accept: false,
  };
}

/** Nothing of a task outlives its end here. */
export const NO_SAVE_POINTS: SavePoints = {
  latest: () => Promise.resolve(undefined),
  isDue: () => false,
  save: () => Promise.resolve(),
};

export class MemoryStore extends ArtifactStore {
  readonly #folders = new Map<string, Map<string, Buffer>>();
  readonly #executions: Execution[] = [];
  readonly #failures = new Map<string, Failure>();
  readonly #leases = new Set<string>();
  #attempts = 0;

  /** How tasks read and write here. */
  readonly files: Files = {
    reader: (_, execution) => ({
      read: (file) => this.read(execution, file),
      readParts: async function* (this: ArtifactReader, file) {
        yield await this.read(file);
      },
    }),
    savePoints: () => NO_SAVE_POINTS,
    writer: (directory) => ({
      write: (file, bytes) => {
        this.#folders.get(directory)!.set(file, Buffer.from(bytes as Uint8Array));
        return Promise.resolve();
      },
    }),
  };

  kinds(): Promise<readonly string[]> {
    return Promise.resolve([...new Set(this.#executions.map(({ kind }) => kind))].sort());
  }

  recipes(kind: string): Promise<ReadonlySet<string>> {
    const ofKind = this.#executions.filter((execution) => execution.kind === kind);
    return Promise.resolve(new Set(ofKind.map(({ recipe }) => recipe)));
  }

  failures(): Promise<ReadonlyMap<string, Failure>> {
    return Promise.resolve(new Map(this.#failures));
  }

  recordFailure({ recipe }: Task, message: string): Promise<void> {
    this.#failures.set(recipe, { message, at: new Date().toISOString() });
    return Promise.resolve();
  }

  executions(kind: string, recipe: string): Promise<readonly Execution[]> {
    const found = this.#executions.filter((e) => e.kind === kind && e.recipe === recipe);
    return Promise.resolve(found.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)));
  }

  lease({ recipe }: Task): Promise<HeldLease | { readonly heldBy: string }> {
    if (this.#leases.has(recipe)) return Promise.resolve({ heldBy: 'another run' });
    this.#leases.add(recipe);
    const release = () => {
      this.#leases.delete(recipe);
      return Promise.resolve();
    };
    return Promise.resolve({ release });
  }

  begin(task: Task): Promise<Attempt> {
    this.#attempts += 1;
    const directory = `/work/${this.#attempts}`;
    this.#folders.set(directory, new Map());
    return Promise.resolve({ task, directory, savePoints: `${directory}/unfinished` });
  }

  savedPlace(): Promise<SavedPlace | undefined> {
    return Promise.resolve(undefined);
  }

  publish({ task, directory }: Attempt, publication: Publication): Promise<Execution> {
    const content = this.#folders.get(directory)!;
    const files = Object.fromEntries(
      [...content].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: digestBytes(bytes) }]),
    );
    const { recipe, kind, version, parameters } = task;
    const { startedAt, ...rest } = publication;
    const execution: Execution = {
      ...{ format: 1, recipe, kind, version, parameters, files },
      ...rest,
      output: digestValue(files),
      host: 'memory',
      startedAt: startedAt.toISOString(),
    };
    this.#folders.delete(directory);
    this.#failures.delete(recipe);
    const target = this.directoryOf(execution);
    const theirs = this.#executions.find((known) => this.directoryOf(known) === target);
    if (theirs) return Promise.resolve(theirs);
    this.#executions.push(execution);
    this.#folders.set(target, content);
    return Promise.resolve(execution);
  }

  discard({ directory }: Attempt): Promise<void> {
    this.#folders.delete(directory);
    return Promise.resolve();
  }

  directoryOf({ kind, recipe, output, inputs, environment }: Execution): string {
    return `/${kind}/${recipe}/${output}-${digestValue(inputs)}-${digestValue(environment)}`;
  }

  read(execution: Execution, file: string): Promise<Uint8Array> {
    const bytes = this.#folders.get(this.directoryOf(execution))?.get(file);
    if (bytes && digestBytes(bytes) === execution.files[file]?.sha256) return Promise.resolve(bytes);
    return Promise.reject(new DamagedArtifactError(`${file} is not what was stored`, execution));
  }

  remove(execution: Execution): Promise<void> {
    return this.setAside(execution).then(() => undefined);
  }

  leftovers(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  unfinished(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map());
  }

  clear(): Promise<void> {
    return Promise.resolve();
  }

  occupy(): Promise<HeldLease> {
    return Promise.resolve({ release: () => Promise.resolve() });
  }

  unreadable(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  setAsideFolder(path: string): Promise<string> {
    return Promise.reject(new Error(`nothing in memory is a folder: ${path}`));
  }

  setAside(execution: Execution): Promise<string> {
    const directory = this.directoryOf(execution);
    const at = this.#executions.findIndex((known) => this.directoryOf(known) === directory);
    if (at >= 0) this.#executions.splice(at, 1);
    this.#folders.delete(directory);
    return Promise.resolve(`/damaged${directory}`);
  }

  /** Flips a bit of a published file. */
  damage(execution: Execution, file: string): void {
    this.#folders.get(this.directoryOf(execution))!.get(file)![0]! ^= 1;
  }

  /** Attempts that are neither published nor discarded. */
  get openAttempts(): number {
    return [...this.#folders.keys()].filter((directory) => directory.startsWith('/work/')).length;
  }
}
