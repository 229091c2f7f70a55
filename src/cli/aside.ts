/** Work during which others may print: what plugins write to the console is not the command's answer. */
import { Console } from 'node:console';

/** Sends to the standard error output what is printed while `work` is done. */
export async function printingAside<T>(work: () => Promise<T>): Promise<T> {
  const own = globalThis.console;
  globalThis.console = new Console(process.stderr);
  try {
    return await work();
  } finally {
    globalThis.console = own;
  }
}
