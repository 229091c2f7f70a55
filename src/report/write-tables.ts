/** Puts the finished tables where people look: `runs/<experiment>/<table>.md` and `.json`. */
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import type { Plan } from '../plan/plan.js';
import type { ArtifactStore } from '../run/artifact-store.js';
import { type Table, TABLE_FILE } from '../run/table.js';
import type { Disk } from '../util/disk.js';
import { tableToMarkdown } from './markdown.js';

export interface WrittenTable {
  readonly table: Table;
  readonly markdown: string;
  /** Absolute path of the Markdown file. */
  readonly file: string;
}

export async function writeTables(
  plan: Plan,
  done: ReadonlyMap<string, Execution>,
  {
    store,
    disk,
    directory,
  }: { readonly store: ArtifactStore; readonly disk: Disk; readonly directory: string },
): Promise<readonly WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const task of plan.tasks) {
    const execution = done.get(task.recipe);
    if (task.output !== 'table' || !execution) continue;
    const bytes = await store.read(execution, TABLE_FILE);
    const table = JSON.parse(Buffer.from(bytes).toString('utf8')) as Table;
    const markdown = tableToMarkdown(table);
    await disk.makeDirectory(directory);
    await disk.writeFile(join(directory, `${table.name}.json`), bytes);
    const file = join(directory, `${table.name}.md`);
    await disk.writeFile(file, markdown);
    written.push({ table, markdown, file });
  }
  return written;
}
