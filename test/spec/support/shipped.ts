/** The specs that we ship, read from `experiments/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const EXPERIMENTS = fileURLToPath(new URL('../../../../experiments/', import.meta.url));

/** Files that hold the paper's numbers and are no specs. */
const PAPERS: ReadonlySet<string> = new Set(['paper.yaml', 'published.yaml']);

/** Paths of all specs below `experiments/`, sorted. */
export const SHIPPED: readonly string[] = readdirSync(EXPERIMENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(EXPERIMENTS, name)).map((file) => [name, file] as const))
  .filter(([, file]) => file.endsWith('.yaml') && !PAPERS.has(file))
  .map((parts) => parts.join('/'))
  .sort();

export function shippedText(path: string): string {
  return readFileSync(join(EXPERIMENTS, path), 'utf8');
}

/** What lies beside a shipped spec, as it names it. */
export function filesBeside(path: string): Readonly<Record<string, string>> {
  const prefix = path.startsWith('vgg/') ? '' : '../vgg/';
  const files = readdirSync(join(EXPERIMENTS, 'vgg'));
  return Object.fromEntries(files.map((file) => [`${prefix}${file}`, shippedText(`vgg/${file}`)]));
}
