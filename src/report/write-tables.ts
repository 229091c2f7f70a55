/** Puts the finished tables where people look: `runs/<experiment>/<table>.md`, `.html`, `.tex`, `.csv` and `.json`. */
import type { Execution } from '../plan/execution.js';
import { describeEnvironment } from '../plan/environment.js';
import { needed, type Plan, tasksByRecipe } from '../plan/plan.js';
import { type Table, TABLE_FILE } from '../run/table.js';
import { toCsv } from './csv.js';
import { toHtml } from './html.js';
import { toLatex } from './latex.js';
import { toMarkdown } from './markdown.js';
import { printedTable } from './printed-table.js';
import { type FinishedExperiment, readOrSetAside, type Shelf, writeFormats, type Written } from './shelf.js';

export interface WrittenTable extends Written {
  readonly table: Table;
}

/**
 * @throws DamagedArtifactError if a table is not what was stored; it has been set aside then
 */
export async function writeTables(
  { plan, experiment, done }: FinishedExperiment,
  shelf: Shelf,
): Promise<readonly WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const recipe of experiment.tables) {
    const execution = done.get(recipe);
    if (!execution) continue;
    const table = JSON.parse(
      Buffer.from(await readOrSetAside(shelf.store, execution, TABLE_FILE)).toString('utf8'),
    ) as Table;
    const environments = environmentsBehind(recipe, plan, done);
    const { title, tables } = experiment;
    const ownTitle = tables.length > 1 ? `${title}: ${table.name}` : title;
    const printed = printedTable(table, ownTitle, environments);
    const formats = {
      json: `${JSON.stringify({ ...table, caption: printed.caption, environments }, null, 2)}\n`,
      csv: toCsv(table),
      tex: toLatex(printed, table.name),
      html: toHtml(printed),
      md: toMarkdown(printed),
    };
    const report = await writeFormats(shelf, table.name, formats);
    const files = report.files.map((file) =>
      file.path.endsWith('.json') ? { ...file, holds: 'table' as const } : file,
    );
    written.push({ table, ...report, files });
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
