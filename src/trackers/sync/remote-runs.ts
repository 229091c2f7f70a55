/** The runs of one experiment on the server, each found by a key of ours, so that none is made twice. */
import type { Experiment, Run } from '../mlflow/runs-api.js';
import type { MlflowClient, NewRun, RunLog } from '../mlflow/client.js';
import { MlflowError } from '../mlflow/mlflow-error.js';
import { required } from '../mlflow/required.js';
import type { Texts } from '../mlflow/values.js';

export const KEY_TAG = 'stagecraft.run';
export const JOURNAL_TAG = 'stagecraft.journal';
/** The time of the last record that has been delivered whole, so that it is not delivered again. */
export const DELIVERED_TAG = 'stagecraft.delivered';

/** As {@link DELIVERED_TAG}, of what has been read back and found whole. */
export const VERIFIED_TAG = 'stagecraft.verified';

/** By which the server's pages show runs of trainings first, not conversations. */
const EXPERIMENT_TAGS = { 'mlflow.experimentKind': 'custom_model_development' };

/** What the server has of a run. */
export interface RemoteRun {
  readonly id: string;
  readonly key: string;
  readonly artifactRoot: string;
  /** Whether somebody deleted it there: then it stays so, and nothing more is sent of it. */
  readonly deleted: boolean;
  /** Whether its points and files are to be sent whatever is there. */
  readonly again: boolean;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** The latest point of each history. */
  readonly latest: Map<string, { readonly step: number; readonly value: number }>;
}

export class RemoteRuns {
  readonly #client: MlflowClient;
  readonly #journal: string;
  readonly experimentId: string;
  /** Keys of runs whose points and files are to be sent whatever the server says. */
  readonly #again: ReadonlySet<string>;
  readonly #byKey = new Map<string, RemoteRun>();
  /** Keys of runs that were to be made when the answer was lost. */
  readonly #unsure = new Set<string>();

  private constructor(
    client: MlflowClient,
    experimentId: string,
    { journal, again }: { journal: string; again: ReadonlySet<string> },
  ) {
    this.#client = client;
    this.#again = again;
    this.experimentId = experimentId;
    this.#journal = journal;
  }

  /** Makes the experiment if there is none, and asks what of this journal is there. */
  static async open(
    client: MlflowClient,
    experiment: string,
    {
      journal,
      again = new Set(),
    }: { readonly journal: string; readonly again?: ReadonlySet<string> | undefined },
  ): Promise<RemoteRuns> {
    const runs = new RemoteRuns(client, await experimentId(client, experiment), { journal, again });
    await runs.#find(`tags.\`${JOURNAL_TAG}\` = '${journal}'`);
    return runs;
  }

  get(key: string): RemoteRun | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<RemoteRun> {
    return this.#byKey.values();
  }

  /** The run of a key, made if there is none. */
  async ensure(key: string, run: Omit<NewRun, 'experimentId'>): Promise<RemoteRun> {
    if (this.#unsure.has(key)) await this.#find(`tags.\`${KEY_TAG}\` = '${key}'`);
    const known = this.#byKey.get(key);
    if (known) return known;
    this.#unsure.add(key);
    const tags = { ...run.tags, [KEY_TAG]: key, [JOURNAL_TAG]: this.#journal };
    const made = await this.#client.createRun({ ...run, tags, experimentId: this.experimentId });
    this.#unsure.delete(key);
    return this.#remember(made, key);
  }

  /** Sends what the server does not have yet; a parameter that it has stays as it is. */
  async log(run: RemoteRun, { metrics = [], params = {}, tags = {} }: RunLog): Promise<void> {
    const fresh = {
      metrics: metrics.filter(({ key, step }) => step > (run.latest.get(key)?.step ?? -Infinity)),
      params: without(params, (key) => run.params.has(key)),
      tags: without(tags, (key, value) => run.tags.get(key) === value),
    };
    await this.#client.log(run.id, fresh);
    for (const { key, step, value } of fresh.metrics) run.latest.set(key, { step, value });
    for (const [key, value] of Object.entries(fresh.params)) run.params.set(key, value);
    for (const [key, value] of Object.entries(fresh.tags)) run.tags.set(key, value);
  }

  async #find(filter: string): Promise<void> {
    for await (const run of this.#client.searchRuns([this.experimentId], filter, 'ALL')) {
      const key = run.data?.tags?.find((tag) => tag.key === KEY_TAG)?.value;
      if (key === undefined) continue;
      const known = this.#byKey.get(key);
      // Two senders made one each: all agree on the one that the server names first by its id.
      if (known && known.id < idOf(run)) continue;
      this.#remember(run, key);
      this.#unsure.delete(key);
    }
  }

  #remember({ info, data }: Run, key: string): RemoteRun {
    const isAgain = this.#again.has(key);
    const tags = (data?.tags ?? []).map(({ key: name = '', value = '' }) => [name, value] as const);
    const run: RemoteRun = {
      id: required(info?.run_id, 'run.info.run_id'),
      key,
      artifactRoot: required(info?.artifact_uri, 'run.info.artifact_uri'),
      deleted: info?.lifecycle_stage === 'deleted',
      params: new Map((data?.params ?? []).map(({ key: name = '', value = '' }) => [name, value])),
      again: isAgain,
      tags: new Map(tags.filter(([name]) => !(isAgain && name === DELIVERED_TAG))),
      latest: new Map(
        (isAgain ? [] : (data?.metrics ?? [])).map(({ key: name = '', step = 0, value = 0 }) => [
          name,
          { step, value: Number(value) },
        ]),
      ),
    };
    this.#byKey.set(key, run);
    return run;
  }
}

function idOf({ info }: Run): string {
  return info?.run_id ?? '';
}

function without(texts: Texts, has: (key: string, value: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key, value]) => !has(key, value)));
}

async function experimentId(client: MlflowClient, name: string): Promise<string> {
  const known = await client.experiment(name);
  if (known) return usable(known, name);
  try {
    return await client.createExperiment(name, EXPERIMENT_TAGS);
  } catch (error) {
    // Another sender was faster.
    if (!(error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS')) throw error;
    return usable(await client.experiment(name), name);
  }
}

function usable(experiment: Experiment | undefined, name: string): string {
  if (experiment?.lifecycle_stage === 'deleted')
    throw new MlflowError(
      `The experiment "${name}" was deleted on the server; restore it there, or name another with MLFLOW_EXPERIMENT_NAME`,
      { code: 'EXPERIMENT_DELETED', mayPass: false },
    );
  return required(experiment?.experiment_id, 'experiment.experiment_id');
}
