/** The wired Stagecraft for a command's options: for commands that look at the store or do work. */
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
    runsDirectory: resolve(String(values['store'] ?? 'runs')),
    backend,
    allowedPlugins: allowedPlugins(listOf(values['allow-plugin'])),
  });
}
