import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TASKS = 10_000;
const REPEATS = 5;

/** 4 nets with 1,250 seeds: 5,000 trainings and as many evaluations, an augmentation and two lists of images. */
const SPEC = `title: ${TASKS} tasks
data: { kind: embedded }
stages:
  augmented: { kind: augment }
  nets:
    kind: train
    matrix: { net: [A, B, C, D], seed: [${Array.from({ length: 1250 }, (_, i) => i).join(', ')}] }
    net: '\${net}'
    seed: '\${seed}'
    S: 256
    augment: augmented
  scores: { kind: evaluate, each: nets, Q: '\${mid(S)}' }
`;

/** How long a plan of 10,000 tasks takes, and its memory. */
export async function benchPlan(isJson: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'stagecraft-bench-'));
  try {
    const spec = join(folder, 'many.yaml');
    await writeFile(spec, SPEC);
    const args = ['plan', spec, '--store', join(folder, 'runs')];
    const runs: Measurement[] = [];
    for (let i = 0; i < REPEATS; i++) runs.push(await measure(args));
    const result = {
      tasks: runs[0]!.tasks,
      seconds: runs.map(({ seconds }) => seconds).sort((a, b) => a - b),
      peakMib: Math.max(...runs.map(({ peakMib }) => peakMib)),
    };
    if (isJson) console.log(JSON.stringify(result, null, 2));
    else print(result);
    return 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Measurement {
  readonly tasks: number;
  readonly seconds: number;
  readonly peakMib: number;
}

/** The whole command in a process of its own, from its start to its end, its output read to the end. */
async function measure(args: readonly string[]): Promise<Measurement> {
  const program = fileURLToPath(new URL('measured.js', import.meta.url));
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let output = '';
  let peakKib = 0;
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.on('message', (message: { peakKib: number }) => (peakKib = message.peakKib));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`Internal error: the measured command ended with ${String(status)}`);
  const seconds = (performance.now() - started) / 1000;
  const tasks = Number(/^(\d+) tasks: /m.exec(output)?.[1]);
  return { tasks, seconds, peakMib: peakKib / 1024 };
}

function print({
  tasks,
  seconds,
  peakMib,
}: {
  tasks: number;
  seconds: readonly number[];
  peakMib: number;
}): void {
  const format = (value: number) => `${value.toFixed(2)} s`;
  console.log(
    `plan of ${tasks} tasks: ${format(seconds[0]!)} (median ${format(seconds[Math.floor(seconds.length / 2)]!)}, worst ${format(seconds.at(-1)!)} of ${seconds.length}), at most ${Math.round(peakMib)} MiB`,
  );
}
