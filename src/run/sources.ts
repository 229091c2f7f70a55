/** Where the image sets of a plan lie on this machine: what a plan leaves out, since it is the same everywhere. */
import type { DatasetSource } from '../data/dataset.js';
import type { DatasetIdentity } from '../plan/definition.js';
import type { Task } from '../plan/plan.js';
import { canonicalJson } from '../util/digest.js';

export class Sources {
  readonly #byIdentity = new Map<string, DatasetSource>();

  constructor(sources: readonly (readonly [DatasetIdentity, DatasetSource])[]) {
    for (const [identity, source] of sources) this.#byIdentity.set(canonicalJson(identity), source);
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

  /** Undefined for tasks that read none. */
  find({ dataset }: Task): DatasetSource | undefined {
    return dataset === null ? undefined : this.#byIdentity.get(canonicalJson(dataset));
  }
}

/**
 * Two folders under one identity: the same task would mean other images.
 * @returns the name of the set and both folders
 */
export function conflict(
  sources: readonly (readonly [DatasetIdentity, DatasetSource])[],
): { readonly name: string; readonly roots: readonly [string, string] } | undefined {
  const roots = new Map<string, string>();
  for (const [identity, { name, root }] of sources) {
    const key = canonicalJson(identity);
    const other = roots.get(key);
    if (other !== undefined && other !== (root ?? '')) return { name, roots: [other, root ?? ''] };
    roots.set(key, root ?? '');
  }
  return undefined;
}
