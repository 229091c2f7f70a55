/** Reads what a run left in `<results>/store`, and changes it. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Execution } from '../../src/plan/execution.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { NodeDisk } from '../../src/util/node-disk.js';

/** All files of all artifacts but the manifests, by `<kind>/<recipe>/<execution>/<file>`, in order. */
export async function artifactsIn(results: string): Promise<ReadonlyMap<string, Buffer>> {
  const store = join(results, 'store');
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(store.length + 1))
    .filter((path) => !/^(work|damaged|failed|unfinished|leases)\//.test(path))
    .sort();
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(path, await readFile(join(store, path)));
  return files;
}

export async function historyIn(results: string): Promise<readonly { readonly trainLoss: number }[]> {
  const files = await artifactsIn(results);
  const [, bytes] = [...files].find(([path]) => path.endsWith('history.jsonl'))!;
  const lines = bytes.toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { trainLoss: number });
}

/** As if the only execution of a kind had been made with other hands: it lies where the store would have put it. */
export async function pretend(
  runs: string,
  kind: string,
  change: (made: Execution) => Partial<Execution>,
): Promise<void> {
  const root = join(runs, 'store');
  const [recipe] = await readdir(join(root, kind));
  const [name] = await readdir(join(root, kind, recipe!));
  const folder = join(root, kind, recipe!, name!);
  const manifest = join(folder, 'manifest.json');
  const made = JSON.parse(await readFile(manifest, 'utf8')) as Execution;
  const changed = { ...made, ...change(made) };
  await writeFile(manifest, JSON.stringify(changed));
  await rename(folder, new LocalStore(root, new NodeDisk()).directoryOf(changed));
}
