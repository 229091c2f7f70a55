/**
 * The worker process: takes tasks from its parent one after another. It ignores the terminal's Ctrl-C (the
 * parent decides) and leaves when its channel closes.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { parentChannel } from './executors/worker-channel.js';
import { type Cluster, SETTINGS_VARIABLE, type WorkerSettings } from './executors/worker-protocol.js';
import type { Engine } from './nn/engine.js';
import type { Environment } from './plan/execution.js';
import { loadPlugins } from './plugins/load-plugin.js';
import type { TaskOrder } from './run/executor.js';
import { sampleSystem } from './run/system-metrics.js';
import { TaskHost } from './run/task-host.js';
import { ownCodeDigest } from './util/code-digest.js';
import { WorkerLost } from './util/worker-lost.js';
import { createWorkerContainer, workerMemory } from './worker-container.js';

const settings = JSON.parse(process.env[SETTINGS_VARIABLE]!) as WorkerSettings;
const code = ownCodeDigest();
const memory = workerMemory();
const { say, onMessage, onClose } = parentChannel();
let engine: Promise<Engine> | undefined;
let stop: AbortController | undefined;

process.on('SIGINT', () => undefined);
onClose(() => process.exit());
onMessage((received) => {
  switch (received.type) {
    case 'stop':
      stop?.abort();
      break;
    case 'describe':
      void orFail(async () => {
        say({ type: 'description', environment: await describe(await openOnce(), true) });
      });
      break;
    case 'find-port':
      void orFail(async () => {
        say({ type: 'port', port: await freePort() });
      });
      break;
    case 'run':
      void orFail(() => run(received.order, received.cluster));
      break;
  }
});

async function run(order: TaskOrder, cluster?: Cluster): Promise<void> {
  const { signal } = (stop = new AbortController());
  const opened = order.task.usesEngine ? await openOnce(cluster) : undefined;
  const environment = {
    ...(await describe(opened, order.task.readsImages)),
    ...(opened && { memoryGiB: order.memoryGiB }),
  };
  const plugins = await loadPlugins(order.plugins);
  const isHelper = cluster !== undefined && cluster.rank > 0;
  const services = { engine: opened, environment, plugins, isHelper, ...memory };
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
    if (error instanceof WorkerLost) {
      say({ type: 'end', end: { type: 'crashed', cause: error.message } });
      return;
    }
    say({
      type: 'end',
      end: {
        type: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      },
    });
  }
}

/** A worker of a cluster does one task and is gone. */
async function openOnce(cluster?: Cluster): Promise<Engine> {
  const { openEngine } = await import('./nn/open-engine.js');
  engine ??= openEngine({ ...settings, ...(cluster && { cluster }) });
  if (!cluster || settings.backend !== 'tensorflow') return engine;
  // Its port may be somebody else's by now; with another it can succeed.
  return engine.catch((error: unknown) => {
    throw new WorkerLost(`It could not join the others: ${String(error)}`, { cause: error });
  });
}

/** Free a moment ago, on all interfaces, as TensorFlow's server wants it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
