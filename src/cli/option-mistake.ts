import type { ParseArgsConfig } from 'node:util';
import { suggestion } from '../util/suggest.js';

/** What `parseArgs` threw, in our words where the option is one that the command does not have. */
export function optionMistake(
  error: Error & { readonly code?: unknown },
  options: NonNullable<ParseArgsConfig['options']>,
): string {
  const [, option] = /^Unknown option '(-[^']+)'/.exec(error.message) ?? [];
  if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return error.message;
  const known = Object.keys(options).map((name) => `--${name}`);
  return `There is no option "${option}" here. ${suggestion(option, known)}`;
}
