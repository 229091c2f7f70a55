/** Table 3 and the shallow comparison from nothing, nets trained and evaluated, timed beside the same job in PyTorch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Task } from '../plan/plan.js';
import type { Planned } from '../planner.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { wholeNumber } from './net-options.js';
import { listOf, planSpecs } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';

const ROOT = new URL('../../../', import.meta.url);
const SPECS = ['table3', 'shallow'].map((name) => pathOf(`experiments/vgg/${name}.yaml`));
const PEER = pathOf('bench/torch_table3.py');

export async function benchTables(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const python = values['torch'] as string | undefined;
  const rounds = wholeNumber('rounds', String(values['rounds'] ?? 1), 1, 100);
  const scratch = await mkdtemp(join(tmpdir(), 'stagecraft-bench-'));
  try {
    const stagecraft = stagecraftFor({ positionals: [], values: { store: join(scratch, 'runs') } });
    const planned = await planSpecs(stagecraft, { positionals: SPECS, values });
    if (!planned) return 2;
    const images = join(scratch, 'images');
    if (python !== undefined) await stagecraft.exportData(planned, images, () => undefined);
    const [ours, peers]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await timed(process.execPath, ourArguments(join(scratch, `runs-${round}`), values)));
      if (python !== undefined) peers.push(await timed(python, peerArguments(images, planned)));
    }
    const result = resultOf(planned, ours, peers);
    console.log(values['json'] === true ? JSON.stringify(result, null, 2) : inWords(result));
    return 0;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function ourArguments(store: string, values: Invocation['values']): readonly string[] {
  const { profile } = values;
  return [
    ...[pathOf('build/src/cli.js'), 'run', ...SPECS, '--store', store],
    // Nets are small: one a core is faster than one on all.
    ...['--slots', String(availableParallelism())],
    ...(typeof profile === 'string' ? ['--profile', profile] : []),
    ...listOf(values['set']).flatMap((setting) => ['--set', setting]),
  ];
}

/** The settings of our plan in the peer's words. */
function peerArguments(images: string, { plan }: Planned): readonly string[] {
  const [first, deeper, fineTuned, jittered] = ['a', 's256', 's384', 'jitter'].map((stage) =>
    settingsOf(plan.tasks, stage),
  );
  const largest = String(jittered!['S']).split('..').at(-1)!;
  const options = {
    ...{ width: first!['width'], crop: first!['crop'], batch: first!['batch'], pooling: first!['pooling'] },
    scales: [first!['S'], fineTuned!['S'], largest].join(','),
    epochs: first!['epochs'],
    'deeper-epochs': deeper!['epochs'],
    'fine-tune-epochs': fineTuned!['epochs'],
    rate: first!['rate'],
    'fine-tune-rate': fineTuned!['rate'],
    precision: first!['precision'],
  };
  return [
    ...[PEER, images, join(images, 'train.jsonl'), join(images, 'val.jsonl')],
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ];
}

function settingsOf(tasks: readonly Task[], stage: string): Task['parameters'] {
  const task = tasks.find(({ kind, stage: name }) => kind === 'train' && name === stage);
  if (!task) throw new Error(`Internal error: Table 3 has no stage ${stage}`);
  return task.parameters;
}

/** Seconds from the start of a program to its end. @throws UserError if it fails */
async function timed(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  const [status] = (await once(child, 'close').catch((error: unknown) => {
    throw new UserError(`${program}: ${(error as Error).message}`);
  })) as [number | null];
  if (status !== 0) throw new UserError(`${program} ${args[0]!} did not do it.\n${log.trim()}`);
  return (performance.now() - started) / 1000;
}

export interface TablesResult {
  readonly profile: string | null;
  readonly nets: number;
  readonly oursSeconds: readonly number[];
  readonly peerSeconds: readonly number[];
  /** Our best time over the peer's. */
  readonly ratio: number | null;
}

function resultOf({ plan }: Planned, ours: readonly number[], peers: readonly number[]): TablesResult {
  return {
    profile: plan.experiments[0]!.profile,
    nets: plan.tasks.filter(({ kind }) => kind === 'train').length,
    oursSeconds: ours,
    peerSeconds: peers,
    ratio: peers.length > 0 ? Math.min(...ours) / Math.min(...peers) : null,
  };
}

function inWords({ profile, nets, oursSeconds, peerSeconds, ratio }: TablesResult): string {
  const seconds = (all: readonly number[]) => all.map((one) => `${one.toFixed(0)} s`).join(', ');
  const lines = [
    `Table 3 and the shallow nets${profile === null ? '' : `, profile ${profile}`}: ${nets} nets trained and evaluated`,
    `  ours     ${seconds(oursSeconds)}`,
  ];
  if (ratio !== null)
    lines.push(`  PyTorch  ${seconds(peerSeconds)}`, `  ours over PyTorch's: ${ratio.toFixed(2)}`);
  return lines.join('\n');
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}
