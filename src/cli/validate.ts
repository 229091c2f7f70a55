import './short-work.js';
import type { LoadFailure } from '../spec/load.js';
import type { Planner } from '../planner.js';
import { printingAside } from './aside.js';
import type { Invocation } from './invocation.js';
import {
  loadOptions,
  pathsOf,
  plannerFor,
  printMistakes,
  printNothingWanted,
  wantsNothing,
} from './planned-spec.js';

/** What one file is: a spec of so many tasks or a paper's tables, or what is wrong with it. */
interface Checked extends LoadFailure {
  readonly file: string;
  /** Undefined for a paper's tables, and for what is wrong. */
  readonly tasks?: number;
}

/** Each file by itself: they need not go together. */
export async function execute(invocation: Invocation): Promise<number> {
  const planner = plannerFor(invocation);
  const checked: Checked[] = [];
  for (const path of pathsOf(invocation)) {
    const file = await check(path, planner, invocation);
    checked.push(file);
    if (invocation.values['json'] !== true) print(file);
  }
  if (invocation.values['json'] === true) console.log(JSON.stringify(jsonOf(checked), null, 2));
  return checked.every(isRight) ? 0 : 2;
}

async function check(path: string, planner: Planner, { values }: Invocation): Promise<Checked> {
  const options = loadOptions({ values });
  const paper = await planner.paper(path, options);
  if (paper) return { file: path, ...paper };
  const planned = await printingAside(() => planner.plan(path, options));
  if (!planned.ok) return { file: path, ...planned.error };
  const { specs, plan } = planned.value;
  if (values['json'] !== true) specs.filter(wantsNothing).forEach(printNothingWanted);
  return { file: specs[0]!.file, tasks: plan.tasks.length, diagnostics: [], texts: new Map() };
}

function isRight({ diagnostics }: Checked): boolean {
  return diagnostics.length === 0;
}

function print(checked: Checked): void {
  const { file, tasks } = checked;
  if (!isRight(checked)) printMistakes(checked);
  else console.log(`${file}: right, ${tasks === undefined ? "a paper's tables" : `${tasks} tasks`}.`);
}

/** For editors and continuous integration; lines and columns count from 1, columns in UTF-16 units. */
function jsonOf(files: readonly Checked[]) {
  return {
    format: 1,
    files: files.map(({ file, tasks, diagnostics }) => ({
      file,
      ...(tasks !== undefined && { tasks }),
      mistakes: diagnostics.map(({ at, message, help }) => ({ ...at, message, ...(help && { help }) })),
    })),
  };
}
