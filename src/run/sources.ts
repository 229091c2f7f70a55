/** Where the image sets and files of a plan lie on this machine: what a plan leaves out, since it is the same everywhere. */
import type { DatasetSource } from '../data/dataset.js';
import type { DatasetIdentity } from '../plan/definition.js';
import type { Task } from '../plan/plan.js';
import { canonicalJson } from '../util/digest.js';

export class Sources {
  readonly #byIdentity = new Map<string, DatasetSource>();

  readonly #files: ReadonlyMap<string, string>;

  /** @param files absolute paths of the files of weights, by the recipe of the task that reads one */
  constructor(
    sources: readonly (readonly [DatasetIdentity, DatasetSource])[],
    files: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#files = files;
    for (const [identity, source] of sources) {
      const key = canonicalJson(identity);
      // What one spec expects of a set holds for all that use it.
      if (!this.#byIdentity.get(key)?.expect) this.#byIdentity.set(key, source);
    }
  }

  /** Of a task that reads images. */
  of(task: Task): DatasetSource {
    const source = this.find(task);
    if (!source) throw new Error(`Internal error: no image set for ${task.kind} ${task.recipe}`);
    return source;
  }

  get(identity: DatasetIdentity): DatasetSource {
    const source = this.#byIdentity.get(canonicalJson(identity));
    if (!source) throw new Error(`Internal error: no image set ${identity.name}`);
    return source;
  }

  /** Each set once. */
  all(): readonly DatasetSource[] {
    return [...this.#byIdentity.values()];
  }

  /** The file of weights that a task reads; undefined for tasks that read none. */
  fileOf({ recipe }: Pick<Task, 'recipe'>): string | undefined {
    return this.#files.get(recipe);
  }

  /** Undefined for tasks that read none. */
  find({ dataset }: Task): DatasetSource | undefined {
    return dataset === null ? undefined : this.#byIdentity.get(canonicalJson(dataset));
  }
}

/** Two folders under one identity, where the same task would mean other images; or two accounts of what a set holds. */
export function conflict(
  sources: readonly (readonly [DatasetIdentity, DatasetSource])[],
): { readonly message: string; readonly help: string } | undefined {
  const seen = new Map<string, DatasetSource>();
  for (const [identity, source] of sources) {
    const key = canonicalJson(identity);
    const { name, root = '', expect, identity: knownBy } = source;
    const other = seen.get(key);
    if (other && (other.root ?? '') !== root)
      return {
        message: `The images called "${name}" lie in two places: ${other.root ?? ''} and ${root}.`,
        help: 'Give one of the sets another name.',
      };
    if (other && other.identity !== knownBy)
      return {
        message: `The images called "${name}" are known in two ways: by ${other.identity ?? 'the usual one'} and by ${knownBy ?? 'the usual one'}.`,
        help: 'Say the same "identity" in all specs.',
      };
    if (other?.expect && expect && canonicalJson(other.expect) !== canonicalJson(expect))
      return {
        message: `The images called "${name}" are expected to be two things: ${canonicalJson(other.expect)} and ${canonicalJson(expect)}.`,
        help: 'Mend "expect" in one of the specs.',
      };
    seen.set(key, other?.expect ? other : source);
  }
  return undefined;
}
