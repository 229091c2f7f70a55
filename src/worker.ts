/**
 * The worker process: takes tasks from its parent one after another. It ignores the terminal's Ctrl-C (the
 * parent decides) and leaves when its channel closes.
 */
import {
  type FromWorker,
  SETTINGS_VARIABLE,
  type ToWorker,
  type WorkerSettings,
} from './executors/worker-protocol.js';
import type { Engine } from './nn/engine.js';
import type { Environment } from './plan/execution.js';
import { loadPlugins } from './plugins/load-plugin.js';
import type { TaskOrder } from './run/executor.js';
import { sampleSystem } from './run/system-metrics.js';
import { TaskHost } from './run/task-host.js';
import { ownCodeDigest } from './util/code-digest.js';
import { createWorkerContainer, workerMemory } from './worker-container.js';

const settings = JSON.parse(process.env[SETTINGS_VARIABLE]!) as WorkerSettings;
const code = ownCodeDigest();
const memory = workerMemory();
let engine: Promise<Engine> | undefined;
let stop: AbortController | undefined;

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  const received = message as ToWorker;
  switch (received.type) {
    case 'stop':
      stop?.abort();
      break;
    case 'describe':
      void orFail(async () => {
        say({ type: 'description', environment: await describe(await openOnce(), true) });
      });
      break;
    case 'run':
      void orFail(() => run(received.order));
      break;
  }
});

async function run(order: TaskOrder): Promise<void> {
  const { signal } = (stop = new AbortController());
  const opened = order.task.usesEngine ? await openOnce() : undefined;
  const environment = await describe(opened, order.task.readsImages);
  const plugins = await loadPlugins(order.plugins);
  const services = { engine: opened, environment, plugins, ...memory };
  const container = await createWorkerContainer(order.task.kind, services);
  const host = container.get(TaskHost);
  const stopSampling = sampleSystem(reporter, order.resumed?.seconds);
  const end = await host.run(order, reporter, signal).finally(stopSampling);
  say({ type: 'end', end });
}

async function orFail(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say({
      type: 'end',
      end: {
        type: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      },
    });
  }
}

async function openOnce(): Promise<Engine> {
  const { openEngine } = await import('./nn/open-engine.js');
  engine ??= openEngine(settings);
  return engine;
}

async function describe(opened: Engine | undefined, readsImages: boolean): Promise<Environment> {
  return {
    ...(opened && { engine: opened.description }),
    ...(readsImages && { imageLibrary: (await import('./image/decode.js')).imageLibrary }),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    code,
  };
}

/** Progress is for eyes: ten a second are enough. */
const PROGRESS_MS = 100;
let lastProgress = 0;

const reporter = {
  progress: (done: number, total: number, unit: string) => {
    const now = performance.now();
    if (done < total && now - lastProgress < PROGRESS_MS) return;
    lastProgress = now;
    say({ type: 'progress', done, total, unit });
  },
  metric: (key: string, value: number, step: number) => {
    say({ type: 'metric', key, value, step });
  },
};

function say(message: FromWorker): void {
  if (process.connected) process.send!(message);
}
