/**
 * Artifacts as folders of a file system:
 *
 *     <root>/<kind>/<recipe>/<execution>/    an execution: its files and manifest.json
 *     <root>/work/<recipe>/<owner>/          an attempt of the process <owner>
 *     <root>/damaged/<kind>-<recipe>-<n>/    what failed its digest
 *     <root>/unfinished/<recipe>/            save points of a task that is not finished
 *     <root>/leases/<recipe>                 who does a task
 *     <root>/failed/<recipe>.json            why the last try of a task failed, until one succeeds
 *
 * Publishing is one rename to a name that must not exist, so correctness rests on no lock.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Execution, type FileRecord, measuresOf } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';
import type { Failure } from '../plan/status.js';
import type { SavedPlace } from '../run/save-points.js';
import { type Attempt, ArtifactStore, type HeldLease, type Publication } from '../run/artifact-store.js';
import { digestBytes, digestValue } from '../util/digest.js';
import { type Disk, isMissing } from '../util/disk.js';
import { isDeadHere, ownName } from '../util/process-identity.js';
import { DirectoryReader } from './artifact-files.js';
import { readJson } from './read-json.js';
import { newestSavePoint } from './save-point-files.js';

const MANIFEST = 'manifest.json';
const FAILED = 'failed';
const UNFINISHED = 'unfinished';
const LEASES = 'leases';
/** Names of leases that are of no task. */
const [RUN, REMOVAL] = ['run-', 'removal'] as const;
const WORK = 'work';
const DAMAGED = 'damaged';

/** Folders of the root that hold no artifacts. */
const NOT_KINDS = new Set([FAILED, UNFINISHED, LEASES, WORK, DAMAGED]);

export class LocalStore extends ArtifactStore {
  readonly #root: string;
  readonly #disk: Disk;

  /** @param root absolute */
  constructor(root: string, disk: Disk) {
    super();
    this.#root = root;
    this.#disk = disk;
  }

  async kinds(): Promise<readonly string[]> {
    return (await this.#disk.list(this.#root)).filter((name) => !NOT_KINDS.has(name));
  }

  async recipes(kind: string): Promise<ReadonlySet<string>> {
    return new Set(await this.#disk.list(join(this.#root, kind)));
  }

  async failures(): Promise<ReadonlyMap<string, Failure>> {
    const folder = join(this.#root, FAILED);
    const found = new Map<string, Failure>();
    for (const name of await this.#disk.list(folder)) {
      const failure = await readJson<Failure>(this.#disk, join(folder, name));
      if (typeof failure?.message === 'string' && typeof failure.at === 'string')
        found.set(name.replace(/\.json$/, ''), { message: failure.message, at: failure.at });
    }
    return found;
  }

  async recordFailure({ recipe }: Task, message: string): Promise<void> {
    await this.#disk.makeDirectory(join(this.#root, FAILED));
    const failure: Failure = { message, at: new Date().toISOString() };
    await this.#disk.writeFile(this.#failurePath(recipe), `${JSON.stringify(failure)}\n`);
  }

  async executions(kind: string, recipe: string): Promise<readonly Execution[]> {
    const folder = join(this.#root, kind, recipe);
    const found: Execution[] = [];
    for (const name of await this.#disk.list(folder)) {
      const manifest = await this.#readManifest(join(folder, name, MANIFEST));
      const isWhole = manifest?.recipe === recipe && manifest.output === digestValue(manifest.files);
      if (isWhole && executionName(manifest) === name) found.push(manifest);
    }
    return found.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  async lease({ recipe }: Task): Promise<HeldLease | { readonly heldBy: string }> {
    return this.#take(recipe);
  }

  async occupy(what: 'run' | 'removal'): Promise<HeldLease | { readonly heldBy: string }> {
    const own = what === 'run' ? `${RUN}${randomUUID()}` : REMOVAL;
    const lease = await this.#take(own);
    if ('heldBy' in lease) return lease;
    // Each says first that it is there and looks then, so that of two at once one sees the other.
    for (const name of await this.#leases()) {
      if (name === own) continue;
      const path = join(this.#root, LEASES, name);
      const heldBy = await this.#disk.lease(path).holder();
      // Nobody takes the name of a run that was cut off.
      if (heldBy === undefined && name.startsWith(RUN)) await this.#disk.remove(path);
      if (heldBy === undefined || (what === 'run' && name !== REMOVAL)) continue;
      await lease.release();
      return { heldBy };
    }
    return lease;
  }

  /** Names of leases, without the files beside them of who is taking one. */
  async #leases(): Promise<readonly string[]> {
    const names = await this.#disk.list(join(this.#root, LEASES));
    return names.filter((name) => !name.slice(RUN.length).includes('.'));
  }

  async #take(name: string): Promise<HeldLease | { readonly heldBy: string }> {
    const folder = join(this.#root, LEASES);
    await this.#disk.makeDirectory(folder);
    const lease = this.#disk.lease(join(folder, name));
    try {
      const heldBy = await lease.take();
      return heldBy === undefined ? lease : { heldBy };
    } catch (error) {
      // A file system without hard links: work may be done twice, and is right nevertheless.
      if (isUnsupported(error)) return { release: () => Promise.resolve() };
      throw error;
    }
  }

  async begin(task: Task): Promise<Attempt> {
    const folder = join(this.#root, WORK, task.recipe);
    // What others left waits for them, or for `gc`.
    for (const owner of await this.#disk.list(folder)) {
      if (isDeadHere(owner)) await this.#disk.remove(join(folder, owner));
    }
    // By chance, not counted: this process may have several stores on one folder.
    const directory = join(folder, `${ownName()}.${randomUUID().slice(0, 8)}`);
    await this.#disk.makeDirectory(directory);
    return { task, directory, savePoints: join(this.#root, UNFINISHED, task.recipe) };
  }

  async savedPlace({ savePoints }: Attempt, inputs: Publication['inputs']): Promise<SavedPlace | undefined> {
    return newestSavePoint(this.#disk, savePoints, inputs);
  }

  async publish(attempt: Attempt, publication: Publication): Promise<Execution> {
    const execution = await this.#publish(attempt, publication);
    // What is left of them is in nobody's way.
    await this.#disk.remove(attempt.savePoints).catch(() => undefined);
    return execution;
  }

  async #publish({ task, directory }: Attempt, publication: Publication): Promise<Execution> {
    const files: Record<string, FileRecord> = {};
    for (const name of await this.#disk.list(directory)) {
      const bytes = await this.#disk.readFile(join(directory, name));
      files[name] = { bytes: bytes.length, sha256: digestBytes(bytes) };
    }
    const output = digestValue(files);
    const { inputs, environment, startedAt } = publication;
    const execution: Execution = {
      format: 1,
      recipe: task.recipe,
      kind: task.kind,
      version: task.version,
      parameters: task.parameters,
      inputs,
      files,
      output,
      environment,
      host: hostname(),
      startedAt: startedAt.toISOString(),
      ...measuresOf(publication),
    };
    await this.#disk.writeFile(join(directory, MANIFEST), `${JSON.stringify(execution, null, 2)}\n`);
    await this.#disk.syncDirectory(directory);
    const parent = join(this.#root, task.kind, task.recipe);
    await this.#disk.makeDirectory(parent);
    for (const made of [this.#root, join(this.#root, task.kind)]) await this.#disk.syncDirectory(made);
    const target = join(parent, executionName(execution));
    await this.#disk.remove(this.#failurePath(task.recipe));
    if (await this.#disk.rename(directory, target)) return execution;
    const theirs = await this.#readManifest(join(target, MANIFEST));
    if (theirs) {
      await this.#disk.remove(directory);
      return theirs;
    }
    // What lies there lost its manifest, so it is no artifact and would be in the way for ever.
    await this.#moveAside(target, execution);
    if (!(await this.#disk.rename(directory, target))) await this.#disk.remove(directory);
    return (await this.#readManifest(join(target, MANIFEST))) ?? execution;
  }

  async discard({ directory }: Attempt): Promise<void> {
    await this.#disk.remove(directory);
  }

  directoryOf(execution: Execution): string {
    return join(this.#root, execution.kind, execution.recipe, executionName(execution));
  }

  async read(execution: Execution, file: string): Promise<Uint8Array> {
    return new DirectoryReader(this.#disk, this.directoryOf(execution), execution).read(file);
  }

  async setAside(execution: Execution): Promise<string> {
    return this.#moveAside(this.directoryOf(execution), execution);
  }

  async remove(execution: Execution): Promise<void> {
    const folder = join(this.#root, WORK, execution.recipe);
    await this.#disk.makeDirectory(folder);
    const gone = join(folder, `${ownName()}.${randomUUID().slice(0, 8)}`);
    try {
      await this.#disk.rename(this.directoryOf(execution), gone);
    } catch (error) {
      // Another process was faster.
      if (!isMissing(error)) throw error;
    }
    await this.#disk.remove(gone);
  }

  async leftovers(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const recipe of await this.#disk.list(join(this.#root, WORK))) {
      const folder = join(this.#root, WORK, recipe);
      for (const owner of await this.#disk.list(folder)) found.push(join(folder, owner));
    }
    for (const name of await this.#leases()) {
      const path = join(this.#root, LEASES, name);
      if ((await this.#disk.lease(path).holder()) === undefined) found.push(path);
    }
    for (const name of await this.#disk.list(join(this.#root, DAMAGED)))
      found.push(join(this.#root, DAMAGED, name));
    return found;
  }

  async unfinished(): Promise<ReadonlyMap<string, string>> {
    const folder = join(this.#root, UNFINISHED);
    return new Map((await this.#disk.list(folder)).map((recipe) => [recipe, join(folder, recipe)]));
  }

  async clear(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#disk.remove(path);
  }

  async unreadable(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const kind of await this.kinds())
      for (const recipe of await this.#disk.list(join(this.#root, kind))) {
        const folder = join(this.#root, kind, recipe);
        const whole = new Set((await this.executions(kind, recipe)).map((one) => this.directoryOf(one)));
        const names = await this.#disk.list(folder);
        found.push(...names.map((name) => join(folder, name)).filter((path) => !whole.has(path)));
      }
    return found;
  }

  async setAsideFolder(path: string): Promise<string> {
    const [recipe, kind] = path.split('/').slice(-3, -1).reverse();
    return this.#moveAside(path, { kind: kind!, recipe: recipe! });
  }

  /** Tries names until one is free: others may be doing the same. */
  async #moveAside(directory: string, { kind, recipe }: Pick<Execution, 'kind' | 'recipe'>): Promise<string> {
    const folder = join(this.#root, DAMAGED);
    await this.#disk.makeDirectory(folder);
    try {
      for (let n = 1; ; n++) {
        const target = join(folder, `${kind}-${recipe.slice(0, 12)}-${n}`);
        if (await this.#disk.rename(directory, target)) return target;
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Another process was faster.
      return folder;
    }
  }

  #failurePath(recipe: string): string {
    return join(this.#root, FAILED, `${recipe}.json`);
  }

  async #readManifest(path: string): Promise<Execution | undefined> {
    const manifest = await readJson<Execution>(this.#disk, path);
    const { format, output, inputs, files, environment } = manifest ?? {};
    return format === 1 && typeof output === 'string' && inputs && files && environment
      ? (manifest as Execution)
      : undefined;
  }
}

function isUnsupported(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EMLINK';
}

/**
 * Same bits from the same inputs in the same environment are the same execution; from other inputs or in another
 * environment they are another one, so that each can be found by what it read and by where it was made.
 */
function executionName({ output, inputs, environment }: Execution): string {
  return [output, digestValue(inputs), digestValue(environment)].map((part) => part.slice(0, 16)).join('-');
}
