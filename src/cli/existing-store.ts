/** For commands that look after a whole store and take no other argument. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { resultsFolder } from './stagecraft-for.js';

/** @throws UserError for arguments, which such a command would pass over, and where there is no store */
export function requireStore(command: string, invocation: Invocation): void {
  const [first] = invocation.positionals;
  if (first !== undefined)
    throw new UserError(
      `"${command}" is of a whole store and takes no "${first}". Another store: --store DIR.`,
    );
  const folder = resultsFolder(invocation);
  if (!existsSync(join(folder, 'store')))
    throw new UserError(`There is no store in ${folder}: --store names the folder in which "store" lies.`);
}
