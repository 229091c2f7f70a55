/** The command `stagecraft validate` inside this process, its output taken instead of printed. */
import type { TestContext } from 'node:test';
import { parseArgs } from 'node:util';
import { COMMANDS } from '../../../src/cli/command-table.js';
import { execute } from '../../../src/cli/validate.js';

export interface Validation {
  readonly status: number;
  /** Lines of stdout and stderr in the order in which they came, each with its end of line. */
  readonly output: string;
}

/** @param args as on the command line: specs, `--profile NAME` and `--set path=value` */
export async function validate(t: TestContext, args: readonly string[]): Promise<Validation> {
  const lines: string[] = [];
  const take = (line: unknown) => {
    lines.push(`${String(line)}\n`);
  };
  const mocks = [t.mock.method(console, 'log', take), t.mock.method(console, 'error', take)];
  try {
    const status = await execute(parseArguments(args));
    return { status, output: lines.join('') };
  } finally {
    for (const { mock } of mocks) mock.restore();
  }
}

function parseArguments(args: readonly string[]) {
  const options = COMMANDS['validate']!.options;
  return parseArgs({ args: [...args], options, allowPositionals: true });
}
