import { RunsDirectory } from '../run/runs-directory.js';
import { MlflowClient } from '../trackers/mlflow/client.js';
import { TRACKING_URI } from '../trackers/mlflow/server.js';
import { journals } from '../trackers/sync/journals.js';
import { sendingFrom } from '../trackers/sync/sending.js';
import { UserError } from '../util/user-error.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { resultsFolder } from './stagecraft-for.js';
import { patiently, SyncRounds } from './sync-rounds.js';
import { untilStopped } from './until-stopped.js';

/** Delivers what the journals of a store hold to MLflow, and reads it back. */
export async function execute(invocation: Invocation): Promise<number> {
  const sending = sendingFrom(process.env);
  if (!sending)
    throw new UserError(
      `${TRACKING_URI} is not set, so there is no server to send to. For example:\n  ${TRACKING_URI}=http://localhost:5000 stagecraft sync\nFor a server of your own over this folder of results: stagecraft ui`,
    );
  const runs = new RunsDirectory(resultsFolder(invocation));
  const wanted = await wantedOf(invocation, runs);
  const everything = invocation.values['all'] === true;
  const { signal } = untilStopped();
  const client = new MlflowClient(sending.server, { ...sending.options, signal, retry: patiently() });
  try {
    const rounds = new SyncRounds({ client, runs, experiment: sending.experiment, everything });
    if (invocation.values['watch'] === true) {
      await rounds.watch(async () => wanted ?? journals(runs), signal);
      return 0;
    }
    const isWhole = await rounds.patientRound(wanted ?? (await journals(runs)), signal);
    return signal.aborted ? INTERRUPTED : isWhole ? 0 : 1;
  } finally {
    await client.close();
  }
}

/** @throws UserError for experiments without a journal */
async function wantedOf(
  { positionals }: Invocation,
  runs: RunsDirectory,
): Promise<readonly string[] | undefined> {
  const known = await journals(runs);
  const missing = positionals.find((name) => !known.includes(name));
  if (missing !== undefined || known.length === 0)
    throw new UserError(
      [
        `There is no journal${missing === undefined ? '' : ` of "${missing}"`} below ${runs.path}.`,
        missing?.endsWith('.yaml') ? ' Experiments go by their names here, not by their specs.' : '',
        known.length > 0 ? ` There are: ${known.join(', ')}.` : '',
      ].join(''),
    );
  return positionals.length === 0 ? undefined : positionals;
}
