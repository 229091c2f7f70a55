import { relative } from 'node:path';
import { shortRecipe } from '../plan/recipe.js';
import { requireStore } from './existing-store.js';
import type { Invocation } from './invocation.js';
import { stagecraftFor } from './stagecraft-for.js';
import { sizeInWords } from './units.js';

/** Whether every artifact is what was stored; what is not is set aside, and the next run makes it again. */
export async function execute(invocation: Invocation): Promise<number> {
  requireStore('fsck', invocation);
  const stagecraft = stagecraftFor(invocation);
  const report = await stagecraft.checkStore(progressOnTerminal('read'));
  const bad = report.damaged.length + report.unreadable.length;
  if (invocation.values['json'] === true) {
    console.log(JSON.stringify(report, null, 2));
    return bad > 0 ? 1 : 0;
  }
  const here = (path: string) => relative(process.cwd(), path) || '.';
  for (const { execution, message, movedTo } of report.damaged)
    console.error(
      `damaged: ${execution.kind} ${shortRecipe(execution.recipe)}: ${message}. It lies in ${here(movedTo)} now; the next run makes it again.`,
    );
  for (const path of report.unreadable)
    console.error(
      `damaged: a folder without a whole manifest, so no artifact. It lies in ${here(path)} now; the next run makes it again.`,
    );
  const { artifacts, files, bytes } = report;
  console.log(
    `${artifacts} artifacts, ${files} files, ${sizeInWords(bytes)}: ${bad === 0 ? 'all are what was stored' : `${bad} damaged`}.`,
  );
  return bad > 0 ? 1 : 0;
}

/** A line that is written over, where there is a terminal. */
export function progressOnTerminal(what: string): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done, total) => {
    process.stderr.write(done === total ? '\r\u001b[K' : `\r\u001b[K${done} of ${total} artifacts ${what}`);
  };
}
