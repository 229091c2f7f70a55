import { relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { bytesOf } from '../upkeep/check-store.js';
import type { GarbageReport } from '../upkeep/find-garbage.js';
import { KEEP, type Keep } from '../upkeep/garbage.js';
import { shortRecipe } from '../plan/recipe.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import { progressOnTerminal } from './fsck.js';
import { requireStore } from './existing-store.js';
import type { Invocation } from './invocation.js';
import { stagecraftFor } from './stagecraft-for.js';
import { sizeInWords } from './units.js';

/** Shows what no experiment refers to, asks, and removes it. */
export async function execute(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  requireStore('gc', invocation);
  const { removed } = await stagecraftFor(invocation).removeGarbage(keepOf(values['keep']), {
    agree: (found) => {
      if (values['json'] === true) console.log(JSON.stringify(found, null, 2));
      else show(found);
      if (isEmpty(found)) return false;
      return values['yes'] === true || agreed();
    },
    progress: progressOnTerminal('removed'),
  });
  if (removed && values['json'] !== true) console.log('Removed.');
  return 0;
}

function keepOf(text: unknown = 'last'): Keep {
  const keep = KEEP.find((name) => name === text);
  if (keep) return keep;
  throw new UserError(`--keep ${String(text)}: ${suggestion(String(text), KEEP)}`);
}

function isEmpty({ garbage, unfinished, leftovers }: GarbageReport): boolean {
  return garbage.length + unfinished.length + leftovers.length === 0;
}

function show(found: GarbageReport): void {
  const { garbage, unfinished, leftovers, kept } = found;
  for (const { execution, why } of garbage)
    console.log(
      `${execution.kind.padEnd(12)} ${shortRecipe(execution.recipe)} ${sizeInWords(bytesOf(execution)).padStart(10)}  ${why}`,
    );
  for (const { recipe } of unfinished)
    console.log(`save points  ${shortRecipe(recipe)}  of a task that no experiment's last run wants`);
  for (const path of leftovers) console.log(`left over    ${relative(process.cwd(), path)}`);
  const bytes = garbage.reduce((sum, { execution }) => sum + bytesOf(execution), 0);
  console.log(
    isEmpty(found)
      ? `Nothing to remove: all ${kept} artifacts are referred to.`
      : `${garbage.length} artifacts (${sizeInWords(bytes)}), save points of ${unfinished.length} ${unfinished.length === 1 ? 'task' : 'tasks'} and ${leftovers.length} left over may go; ${kept} artifacts stay.`,
  );
}

/** Where nobody can be asked, nothing is removed. */
async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('Nothing was removed: say --yes.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('Remove them? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}
