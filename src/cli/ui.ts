import { resolve } from 'node:path';
import { RunsDirectory } from '../run/runs-directory.js';
import { MlflowClient } from '../trackers/mlflow/client.js';
import { LocalServer } from '../trackers/local-server.js';
import { journals } from '../trackers/sync/journals.js';
import { UserError } from '../util/user-error.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { resultsFolder } from './stagecraft-for.js';
import { patiently, SyncRounds } from './sync-rounds.js';
import { untilStopped } from './until-stopped.js';

/** Shows the results of a store in a server of its own, and keeps up with what comes. */
export async function execute(invocation: Invocation): Promise<number> {
  const runs = new RunsDirectory(resultsFolder(invocation));
  const { signal } = untilStopped();
  const port = portOf(invocation.values['port']);
  const server = await LocalServer.start({ folder: resolve(runs.path, '.mlflow'), port, signal }).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    },
  );
  if (!server) return INTERRUPTED;
  const client = new MlflowClient({ url: server.url, isLocal: true }, { signal, retry: patiently() });
  try {
    console.log(`MLflow at ${server.url}; Ctrl-C ends it.`);
    const rounds = new SyncRounds({ client, runs, experiment: undefined });
    const gone = server.ended.then((words) => {
      if (!signal.aborted) throw new UserError(`${words}.`);
    });
    await Promise.race([rounds.watch(() => journals(runs), signal), gone]);
    return 0;
  } finally {
    await client.close();
    await server.stop();
  }
}

/** @throws UserError */
function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const text = value as string;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UserError(`--port is "${text}", but must be a whole number from 1 to 65535.`);
}
