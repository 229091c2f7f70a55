/** Puts the finished tables where people look: `runs/<experiment>/<table>.md` and `.json`. */
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import { describeEnvironment } from '../plan/environment.js';
import { needed, type Plan, tasksByRecipe } from '../plan/plan.js';
import { type Table, TABLE_FILE } from '../run/table.js';
import { tableToMarkdown } from './markdown.js';
import { type FinishedExperiment, readOrSetAside, replaceFile, type Shelf } from './shelf.js';

export interface WrittenTable {
  readonly table: Table;
  readonly markdown: string;
  /** Absolute path of the Markdown file. */
  readonly file: string;
}

/**
 * @throws DamagedArtifactError if a table is not what was stored; it has been set aside then
 */
export async function writeTables(
  { plan, experiment, done }: FinishedExperiment,
  { store, disk, directory }: Shelf,
): Promise<readonly WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const recipe of experiment.tables) {
    const execution = done.get(recipe);
    if (!execution) continue;
    const table = JSON.parse(
      Buffer.from(await readOrSetAside(store, execution, TABLE_FILE)).toString('utf8'),
    ) as Table;
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
