/** Puts the finished tables where people look: `runs/<experiment>/<table>.md` and `.json`. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import { describeEnvironment } from '../plan/environment.js';
import { type Experiment, needed, type Plan, tasksByRecipe } from '../plan/plan.js';
import { type ArtifactStore, DamagedArtifactError } from '../run/artifact-store.js';
import { type Table, TABLE_FILE } from '../run/table.js';
import type { Disk } from '../util/disk.js';
import { tableToMarkdown } from './markdown.js';

export interface WrittenTable {
  readonly table: Table;
  readonly markdown: string;
  /** Absolute path of the Markdown file. */
  readonly file: string;
}

/** One experiment of a plan, and what of the plan is done. */
export interface FinishedExperiment {
  readonly plan: Plan;
  readonly experiment: Experiment;
  readonly done: ReadonlyMap<string, Execution>;
}

/**
 * @throws DamagedArtifactError if a table is not what was stored; it has been set aside then
 */
export async function writeTables(
  { plan, experiment, done }: FinishedExperiment,
  {
    store,
    disk,
    directory,
  }: { readonly store: ArtifactStore; readonly disk: Disk; readonly directory: string },
): Promise<readonly WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const recipe of experiment.tables) {
    const execution = done.get(recipe);
    if (!execution) continue;
    const table = JSON.parse(Buffer.from(await readTable(store, execution)).toString('utf8')) as Table;
    const environments = environmentsBehind(recipe, plan, done);
    const markdown = tableToMarkdown(table, environments);
    await disk.makeDirectory(directory);
    const file = join(directory, `${table.name}.md`);
    const json = `${JSON.stringify({ ...table, environments }, null, 2)}\n`;
    await replaceFile(disk, join(directory, `${table.name}.json`), json);
    await replaceFile(disk, file, markdown);
    written.push({ table, markdown, file });
  }
  return written;
}

/** Where the results behind a table were computed, each environment once; those that ran no net say less. */
function environmentsBehind(
  recipe: string,
  plan: Plan,
  done: ReadonlyMap<string, Execution>,
): readonly string[] {
  const behind = needed([recipe], tasksByRecipe(plan));
  const withEngine = behind.flatMap((task) => {
    const { environment } = done.get(task.recipe) ?? {};
    return environment?.engine ? [describeEnvironment(environment)] : [];
  });
  return [...new Set(withEngine)];
}

/** Readers see the old file or the new one, whole; two runs at once do not meet in what is being written. */
async function replaceFile(disk: Disk, path: string, content: Uint8Array | string): Promise<void> {
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  await disk.writeFile(beside, content);
  await disk.rename(beside, path);
}

async function readTable(store: ArtifactStore, execution: Execution): Promise<Uint8Array> {
  try {
    return await store.read(execution, TABLE_FILE);
  } catch (error) {
    if (!(error instanceof DamagedArtifactError)) throw error;
    const movedTo = await store.setAside(execution);
    const message = `${error.message}. It lies in ${movedTo} now; run again: it is made anew.`;
    throw new DamagedArtifactError(message, execution, { cause: error });
  }
}
