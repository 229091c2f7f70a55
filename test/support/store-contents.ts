/** Reads what a run left in `<results>/store`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** All files of all artifacts but the manifests, by `<kind>/<recipe>/<execution>/<file>`, in order. */
export async function artifactsIn(results: string): Promise<ReadonlyMap<string, Buffer>> {
  const store = join(results, 'store');
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(store.length + 1))
    .filter((path) => !path.startsWith('work/') && !path.startsWith('damaged/'))
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
