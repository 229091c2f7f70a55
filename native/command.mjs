// @ts-check
/** What the three commands share: being run, and ending. */
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Set-up can't go on; the message says why and what to do. */
export class SetupError extends Error {}

/** Whether this module was started as the program, and not imported. @param {string} url */
export function isProgram(url) {
  const script = process.argv[1];
  return script !== undefined && url === pathToFileURL(realpathSync(script)).href;
}

/**
 * Runs a command, sets the exit status, and makes a line of what the user can mend.
 * @param {(args: string[]) => Promise<number>} main
 */
export async function runCommand(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
