/**
 * A worker program as `src/worker.ts`, with the toy stages. What a task's `trouble` names happens once: the
 * file it names is made first and looked for next time.
 */
import { existsSync, writeFileSync } from 'node:fs';
import type { FromWorker, ToWorker } from '../../src/executors/worker-protocol.js';
import type { TaskOrder } from '../../src/run/executor.js';
import { TaskHost } from '../../src/run/task-host.js';
import { DirectoryReader, DirectoryWriter } from '../../src/stores/artifact-files.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { TEST_ENVIRONMENT } from './inline-executor.js';
import { NO_SAVE_POINTS } from './memory-store.js';
import { TOY_STAGES } from './toy.js';

const disk = new NodeDisk();
const files = {
  reader: (directory: string, execution: ConstructorParameters<typeof DirectoryReader>[2]) =>
    new DirectoryReader(disk, directory, execution),
  savePoints: () => NO_SAVE_POINTS,
  writer: (directory: string) => new DirectoryWriter(disk, directory),
};
let stop: AbortController | undefined;

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  const received = message as ToWorker;
  if (received.type === 'stop') stop?.abort();
  if (received.type === 'run') void run(received.order);
});

async function run(order: TaskOrder): Promise<void> {
  stop = new AbortController();
  makeTrouble(order.task.parameters);
  const reporter = {
    progress: (done: number, total: number, unit: string) => {
      say({ type: 'progress', done, total, unit });
    },
    metric: (key: string, value: number, step: number) => {
      say({ type: 'metric', key, value, step });
    },
  };
  const host = new TaskHost(TOY_STAGES, files, TEST_ENVIRONMENT);
  say({ type: 'end', end: await host.run(order, reporter, stop.signal) });
  if (order.task.parameters['trouble'] === 'leave') process.exit(0);
}

function makeTrouble({ trouble, flag }: Readonly<Record<string, unknown>>): void {
  if (trouble !== 'kill' && trouble !== 'exit') return;
  if (typeof flag === 'string') {
    if (existsSync(flag)) return;
    writeFileSync(flag, '');
  }
  process.stderr.write('last words\n');
  if (trouble === 'exit') process.exit(3);
  process.kill(process.pid, 'SIGKILL');
}

function say(message: FromWorker): void {
  if (process.connected) process.send!(message);
}
