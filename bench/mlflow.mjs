// What tracking costs, against a real server: MLFLOW_TRACKING_URI=http://localhost:5000 node bench/mlflow.mjs
// 1. A loop of 20 ms steps in a worker that tells 20 numbers a step, and one that tells none, alternately: the ratio.
// 2. 100,000 points of a journal into the server: seconds, and the sender's memory beyond a bare process.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const build = (path) => new URL(`../build/src/${path}`, import.meta.url).href;
const STEP_MS = 20;
const STEPS = 200;
const ROUNDS = 6;
const METRICS = 20;
const POINTS = 100_000;

const task = {
  ...{
    recipe: 'a'.repeat(64),
    kind: 'train',
    version: '1',
    stage: 'bench',
    labels: {},
    output: 'predictions',
  },
  ...{ parameters: { net: 'A' }, inputs: {}, dataset: null, cost: {}, notYet: null },
  ...{ usesEngine: false, readsImages: false },
};

const PARTS = { worker, sender };
const part = process.argv[2];
if (part === undefined) await main();
else await PARTS[part]();

async function main() {
  if (!process.env.MLFLOW_TRACKING_URI) throw new Error('MLFLOW_TRACKING_URI names no server');
  const runs = await mkdtemp(join(tmpdir(), 'stagecraft-bench-'));
  try {
    await steps(runs);
    await points(runs);
  } finally {
    await rm(runs, { recursive: true });
  }
}

async function steps(runs) {
  const { createContainer } = await import(build('container.js'));
  const { Tracker } = await import(build('run/tracker.js'));
  const times = { with: [], without: [] };
  const tracker = createContainer({ runsDirectory: runs, backend: 'cpu' }).get(Tracker);
  await tracker.open({ name: `bench-steps-${process.pid}`, title: 'Steps' });
  tracker.start(task);
  let step = 0;
  for (let round = 0; round < ROUNDS; round++)
    for (const how of ['with', 'without']) {
      const child = fork(fileURLToPath(import.meta.url), ['worker'], { env: { ...process.env, TELL: how } });
      child.on('message', (message) => {
        if (message.seconds !== undefined) times[how].push(message.seconds);
        else tracker.metric(task, message.key, message.value, step + message.step);
      });
      await new Promise((resolve) => child.once('exit', resolve));
      step += STEPS;
    }
  await tracker.close('finished');
  const best = (list) => Math.min(...list) / STEPS;
  const ratio = best(times.with) / best(times.without);
  console.log(
    `${METRICS} numbers a step of ${STEP_MS} ms, sent to MLflow meanwhile: ${(100 * (ratio - 1)).toFixed(2)}% longer steps`,
  );
}

/** Computes for a while, then tells, then lets others in: as a training does. */
async function worker() {
  const tells = process.env.TELL === 'with';
  const started = performance.now();
  for (let step = 0; step < STEPS; step++) {
    const until = performance.now() + STEP_MS;
    let x = 1;
    while (performance.now() < until) x = Math.sin(x) + 1;
    if (tells)
      for (let m = 0; m < METRICS; m++)
        process.send({ type: 'metric', key: `metric_${m}`, value: x / (m + 1), step });
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.send({ seconds: (performance.now() - started) / 1000 }, () => process.disconnect());
}

async function points(runs) {
  const { RunsDirectory } = await import(build('run/runs-directory.js'));
  const { JournalTracker } = await import(build('trackers/journal-tracker.js'));
  const { NodeDisk } = await import(build('util/node-disk.js'));
  const name = `bench-points-${process.pid}`;
  const tracker = new JournalTracker(new NodeDisk(), new RunsDirectory(runs));
  await tracker.open({ name, title: 'Points' });
  tracker.start(task);
  for (let step = 0; step < POINTS / METRICS; step++) {
    for (let m = 0; m < METRICS; m++) tracker.metric(task, `metric_${m}`, step / (m + 1), step);
    if (step % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await tracker.end(task, { end: 'interrupted' });
  await tracker.close('interrupted');
  const child = fork(fileURLToPath(import.meta.url), ['sender'], {
    env: { ...process.env, RUNS: runs, NAME: name },
  });
  child.on('message', ({ seconds, megabytes }) => {
    console.log(
      `${POINTS} points: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB beyond what the process had before`,
    );
  });
  await new Promise((resolve) => child.once('exit', resolve));
}

async function sender() {
  const { RunsDirectory } = await import(build('run/runs-directory.js'));
  const { MlflowClient } = await import(build('trackers/mlflow/client.js'));
  const { Sender } = await import(build('trackers/sync/sender.js'));
  const { RUNS: runsDirectory, NAME: name } = process.env;
  const before = process.memoryUsage().rss;
  const client = MlflowClient.fromEnvironment();
  const journal = new RunsDirectory(runsDirectory).journal(name);
  const started = performance.now();
  await new Sender({ client, runsDirectory, journal }).catchUp();
  const seconds = (performance.now() - started) / 1000;
  const megabytes = (1024 * process.resourceUsage().maxRSS - before) / 2 ** 20;
  await client.close();
  process.send({ seconds, megabytes }, () => process.disconnect());
}
