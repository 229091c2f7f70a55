#!/usr/bin/env node
/** The command line: picks the command, hands it its options, turns its outcome into the exit status. */
import { parseArgs } from 'node:util';
import { type Command, COMMANDS, usage, usageOf } from './cli/command-table.js';
import type { Invocation } from './cli/invocation.js';

const WRONG_INPUT = 2;

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || isHelp(name)) {
    const about = rest.find((word) => Object.hasOwn(COMMANDS, word));
    console.log(about === undefined ? usage() : usageOf(COMMANDS[about]!));
    return name === undefined ? WRONG_INPUT : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const { suggestion } = await import('./util/suggest.js');
    console.error(`There is no command "${name}". ${suggestion(name, Object.keys(COMMANDS))}`);
    return WRONG_INPUT;
  }
  if (rest.some((option) => option === '--help' || option === '-h')) {
    console.log(usageOf(command));
    return 0;
  }
  let invocation: Invocation;
  try {
    const { tokens, ...parsed } = parseArgs({
      ...{ args: rest, options: command.options, allowPositionals: true, tokens: true },
    });
    refuseTwice(tokens, command.options);
    invocation = parsed;
  } catch (error) {
    const { optionMistake } = await import('./cli/option-mistake.js');
    console.error(`${optionMistake(error as Error, command.options)}\nUsage: stagecraft ${command.usage}`);
    return WRONG_INPUT;
  }
  const { execute } = await command.load();
  return execute(invocation);
}

/** The later one would take the place of the earlier, without a word. */
function refuseTwice(
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  options: Command['options'],
): void {
  const names = tokens.flatMap(({ kind, name }) => (kind === 'option' && name !== undefined ? [name] : []));
  const twice = names.find((name, i) => names.indexOf(name) !== i && options[name]!.multiple !== true);
  if (twice !== undefined) throw new Error(`--${twice} is said twice, and only one of them could count.`);
}

function isHelp(word: string): boolean {
  return word === 'help' || word === '--help' || word === '-h';
}

let status: number;
try {
  status = await main(process.argv.slice(2));
} catch (error) {
  const { UserError } = await import('./util/user-error.js');
  const { diskProblem } = await import('./util/disk.js');
  const { DamagedArtifactError } = await import('./run/artifact-store.js');
  const problem = diskProblem(error);
  if (error instanceof UserError || error instanceof DamagedArtifactError) console.error(error.message);
  else if (problem !== undefined) console.error(`${problem} What is finished is kept; run again to go on.`);
  else console.error(error);
  status = error instanceof UserError ? WRONG_INPUT : 1;
}
// A plugin may have left a timer or a socket behind, which would keep the command from ending; but what was printed is
// to arrive, and a pipe takes it when it can.
await Promise.all([process.stdout, process.stderr].map(arrived));
process.exit(status);

/** Once all that was written has been taken, or nobody reads it any more. */
async function arrived(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}
