#!/usr/bin/env node
/** The command line: picks the command, hands it its options, turns its outcome into the exit status. */
import { parseArgs } from 'node:util';
import { COMMANDS, type Invocation, usage } from './cli/command-table.js';

const WRONG_INPUT = 2;

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (
    name === undefined ||
    name === 'help' ||
    name === '--help' ||
    name === '-h' ||
    rest.includes('--help')
  ) {
    console.log(usage());
    return name === undefined ? WRONG_INPUT : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const { suggestion } = await import('./util/suggest.js');
    console.error(`There is no command "${name}". ${suggestion(name, Object.keys(COMMANDS))}`);
    return WRONG_INPUT;
  }
  let invocation: Invocation;
  try {
    invocation = parseArgs({ args: rest, options: command.options, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: stagecraft ${command.usage}`);
    return WRONG_INPUT;
  }
  const { execute } = await command.load();
  return execute(invocation);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { UserError } = await import('./util/user-error.js');
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = error instanceof UserError ? WRONG_INPUT : 1;
}
