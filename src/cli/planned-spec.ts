/** What run, plan and validate share: a spec's path and options to a plan, or its mistakes on the screen. */
import { resolve } from 'node:path';
import { type ContainerOptions, createStagecraft } from '../container.js';
import { formatDiagnostic } from '../spec/diagnostic.js';
import type { LoadFailure } from '../spec/load.js';
import type { Planned, Stagecraft } from '../stagecraft.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;

export function stagecraftFor({ values }: Invocation): Stagecraft {
  const backend = (values['backend'] ?? 'auto') as ContainerOptions['backend'];
  if (!BACKENDS.includes(backend))
    throw new UserError(`There is no backend "${backend}". ${suggestion(backend, BACKENDS)}`);
  return createStagecraft({ runsDirectory: resolve(String(values['store'] ?? 'runs')), backend });
}

/** The spec of a command that takes one. */
export function oneSpec({ positionals }: Invocation): string | undefined {
  if (positionals.length > 1)
    throw new UserError(`One spec at a time, please: ${positionals.join(', ')} are ${positionals.length}.`);
  return positionals[0];
}

/** Undefined if the spec is wrong; its mistakes have then been printed. */
export async function planSpec(
  stagecraft: Stagecraft,
  path: string | undefined,
  { values }: Invocation,
): Promise<Planned | undefined> {
  if (path === undefined)
    throw new UserError('Which spec? Name a YAML file, e.g. experiments/vgg/table3.yaml.');
  const planned = await stagecraft.plan(path, {
    profile: values['profile'] as string | undefined,
    sets: (values['set'] ?? []) as readonly string[],
    currentDirectory: process.cwd(),
  });
  if (planned.ok) return planned.value;
  printMistakes(planned.error);
  return undefined;
}

function printMistakes({ diagnostics, texts }: LoadFailure): void {
  for (const diagnostic of diagnostics)
    console.error(formatDiagnostic(diagnostic, (file) => texts.get(file)));
  console.error(
    `${diagnostics.length} ${diagnostics.length === 1 ? 'mistake' : 'mistakes'}; nothing was done.`,
  );
}
