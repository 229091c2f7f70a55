/**
 * The sender process: delivers the journal of one experiment to MLflow while it is written. It is a process of its own
 * so that no server, however slow, takes time from the run, and so that it can finish when the run is gone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RunsDirectory } from './run/runs-directory.js';
import { MlflowClient } from './trackers/mlflow/client.js';
import { senderLock } from './trackers/sync/sender-lock.js';
import { type FromSender, SENDER_VARIABLE, type SenderSettings } from './trackers/sync/sender-protocol.js';
import { Sender } from './trackers/sync/sender.js';
import { sendingFrom } from './trackers/sync/sending.js';

/** For what is left once the run is gone, ms; less where the server does not take it: "stagecraft sync" will. */
const ORPHAN_MS = 60_000;

/** Between two looks at a lock that another sender has, ms. */
const LOOK_MS = 1000;

let isWaiting = false;
const finish = new AbortController();
const stop = new AbortController();

// The run decides when it ends, and Ctrl-C is for the run.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// The one thing that a parent says, see `ToSender`.
process.on('message', () => {
  finish.abort();
});
process.on('disconnect', () => {
  finish.abort();
  if (isWaiting) stop.abort();
  setTimeout(() => {
    stop.abort();
  }, ORPHAN_MS).unref();
});

const { runsDirectory, experiment } = JSON.parse(process.env[SENDER_VARIABLE]!) as SenderSettings;
const journal = new RunsDirectory(runsDirectory).journal(experiment);
const sending = sendingFrom(process.env)!;
const lock = senderLock(journal, sending.server.url);
// It tries for ever by itself, and says when it waits.
const retry = { retries: 0, pauseMs: 0, maxPauseMs: 0 };
let client: MlflowClient | undefined;
try {
  client = new MlflowClient(sending.server, { ...sending.options, retry, signal: stop.signal });
  if (await takeLock()) {
    const options = { client, runsDirectory, journal, experiment: sending.experiment, onState: say };
    await new Sender(options).follow({ finish: finish.signal, stop: stop.signal });
  }
} catch (error) {
  say({ type: 'gave-up', reason: error instanceof Error ? error.message : String(error) });
} finally {
  await lock.release();
  await client?.close();
}
process.exit();

/** Waits for another sender to end: that of a run before, or a sync. What it leaves is ours. */
async function takeLock(): Promise<boolean> {
  for (;;) {
    const owner = await lock.take();
    if (owner === undefined) return true;
    if (finish.signal.aborted) {
      say({ type: 'gave-up', reason: `Another process delivers this journal (${owner}).` });
      return false;
    }
    await pause(LOOK_MS, undefined, { signal: finish.signal }).catch(() => undefined);
  }
}

function say(message: FromSender): void {
  isWaiting = message.type === 'waiting';
  if (isWaiting && !process.connected) stop.abort();
  if (process.connected) process.send!(message);
}
