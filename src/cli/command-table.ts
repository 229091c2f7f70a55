/** All commands; `--help` loads nothing else. */
import type { ParseArgsConfig } from 'node:util';
import type { Invocation } from './invocation.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: Options;
  /** Loads the command's code; what it resolves to is the exit status. */
  readonly load: () => Promise<{ readonly execute: (invocation: Invocation) => Promise<number> }>;
}

const spec: Options = {
  profile: { type: 'string' },
  set: { type: 'string', multiple: true },
};
const store: Options = { store: { type: 'string' } };
const json: Options = { json: { type: 'boolean' } };
const backend: Options = { backend: { type: 'string' } };

export const OPTION_HELP: Readonly<Record<string, string>> = {
  profile:
    '--profile NAME      the scale of work that the spec gives this name (default: demo, if it has one)',
  set: '--set path=value    replace one value of the spec; may be repeated',
  store: '--store DIR         where results go (default: runs)',
  backend: '--backend NAME      tensorflow, wasm, cpu (default: auto: tensorflow where set up, else wasm)',
  json: '--json              print facts as JSON',
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    usage: 'run SPEC',
    summary: 'do what a spec asks for and is not done yet, and print its tables',
    options: { ...spec, ...store, ...backend },
    load: () => import('./run.js'),
  },
  plan: {
    usage: 'plan SPEC',
    summary: 'show what run would do, and why',
    options: { ...spec, ...store, ...json },
    load: () => import('./plan.js'),
  },
  validate: {
    usage: 'validate SPEC...',
    summary: 'check specs and name every mistake by file, line and column',
    options: spec,
    load: () => import('./validate.js'),
  },
  doctor: {
    usage: 'doctor',
    summary: 'show backend, versions, threads and devices, and what is missing',
    options: json,
    load: () => import('./doctor.js'),
  },
  schema: {
    usage: 'schema',
    summary: 'print the JSON Schema of specs, for editors',
    options: {},
    load: () => import('./schema.js'),
  },
};

export function usage(): string {
  const width = Math.max(...Object.values(COMMANDS).map((command) => command.usage.length));
  const commands = Object.values(COMMANDS).map(
    (command) => `  ${command.usage.padEnd(width)}  ${command.summary}`,
  );
  return [
    'Usage: stagecraft COMMAND [OPTIONS]',
    '',
    ...commands,
    '',
    'Options',
    ...Object.values(OPTION_HELP).map((line) => `  ${line}`),
    '',
    'Exit status: 0 done, 1 a task failed, 2 the input is wrong, 130 interrupted (run again to go on).',
  ].join('\n');
}
