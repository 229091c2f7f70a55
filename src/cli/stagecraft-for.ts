/** The wired Stagecraft for a command's options: for commands that look at the store or do work. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ContainerOptions, createStagecraft } from '../container.js';
import type { Stagecraft } from '../stagecraft.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { allowedPlugins, listOf } from './planned-spec.js';

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;

export function stagecraftFor({ values }: Invocation): Stagecraft {
  const backend = (values['backend'] ?? 'auto') as ContainerOptions['backend'];
  if (!BACKENDS.includes(backend))
    throw new UserError(`There is no backend "${backend}". ${suggestion(backend, BACKENDS)}`);
  return createStagecraft({
    runsDirectory: resultsFolder({ values }),
    backend,
    slots: slotsOf(values['slots']),
    allowedPlugins: allowedPlugins(listOf(values['allow-plugin'])),
  });
}

/** Absolute. @throws UserError if it cannot be one */
export function resultsFolder({ values }: Pick<Invocation, 'values'>): string {
  const folder = resolve(String(values['store'] ?? 'runs'));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UserError(`--store: "${folder}" is a file, but must be a folder.`);
  return folder;
}

/** Tasks at once. More than a machine has cores for would only wait for each other. */
const MOST_SLOTS = 64;

function slotsOf(text: unknown = '1'): number {
  const slots = Number(text);
  if (Number.isInteger(slots) && slots >= 1 && slots <= MOST_SLOTS) return slots;
  throw new UserError(`--slots is "${String(text)}", but must be a whole number from 1 to ${MOST_SLOTS}.`);
}
