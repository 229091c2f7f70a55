/** The runs of one experiment on the server, each found by a key of ours, so that none is made twice. */
import type { Experiment, Run } from '../mlflow/runs-api.js';
import type { MlflowClient, NewRun, RunLog } from '../mlflow/client.js';
import { MlflowError } from '../mlflow/mlflow-error.js';
import { required } from '../mlflow/required.js';
import type { Texts } from '../mlflow/values.js';

export const KEY_TAG = 'stagecraft.run';
/** By which the server shows a run below another. */
export const PARENT_TAG = 'mlflow.parentRunId';
export const JOURNAL_TAG = 'stagecraft.journal';
/**
 * Begins the tag that says how far a segment of the journal has been delivered whole to a run: the last record's place in
 * it. Of each segment by itself, since two may be written at once; not by time, since clocks are set back.
 */
const DELIVERED = 'stagecraft.delivered.';
/** Marks a run that was made twice before it is deleted, by the run that stays: it is not one that a user deleted. */
const TWIN_TAG = 'stagecraft.twin_of';
/** Digest of what was read back and found whole. */
export const VERIFIED_TAG = 'stagecraft.verified';

export function deliveredTag(segment: string): string {
  return `${DELIVERED}${segment}`;
}

/** By which a run on the server is ours. */
export function keyOf({ data }: Run): string | undefined {
  return data?.tags?.find((tag) => tag.key === KEY_TAG)?.value;
}

/** By which the server's pages show runs of trainings first, not conversations. */
const EXPERIMENT_TAGS = { 'mlflow.experimentKind': 'custom_model_development' };

/** What the server has of a run. */
export interface RemoteRun {
  readonly id: string;
  readonly key: string;
  readonly artifactRoot: string;
  /** Whether somebody deleted it there: then it stays so, and nothing more is sent of it. */
  readonly deleted: boolean;
  /** As the server shows it. */
  status: string;
  /** Whether its points and files are to be sent whatever is there. */
  readonly again: boolean;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** The latest point of each history, also where all are to be sent again. */
  readonly latest: Map<string, { readonly step: number; readonly value: number }>;
}

export class RemoteRuns {
  readonly #client: MlflowClient;
  readonly #journal: string;
  readonly experimentId: string;
  /** Keys of runs whose points and files are to be sent whatever the server says. */
  readonly #again: ReadonlySet<string>;
  readonly #byKey = new Map<string, RemoteRun>();
  /** Runs of keys that another run has: made twice, since an answer was lost and came to life later. */
  readonly #twins = new Map<string, RemoteRun>();
  /** Whether an answer to a making was lost. */
  #isUnsure = false;

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
    await runs.#find(runs.#ofJournal);
    return runs;
  }

  get(key: string): RemoteRun | undefined {
    return this.#byKey.get(key);
  }

  /** The run of a key, made if there is none; another sender may have made it since we looked. */
  async ensure(key: string, run: Omit<NewRun, 'experimentId'>): Promise<RemoteRun> {
    const known = this.#byKey.get(key) ?? (await this.#find(`tags.\`${KEY_TAG}\` = '${key}'`)).get(key);
    if (known) return this.#belowParent(known, run.parentRunId);
    const tags = { ...run.tags, [KEY_TAG]: key, [JOURNAL_TAG]: this.#journal };
    try {
      return this.#remember(
        await this.#client.createRun({ ...run, tags, experimentId: this.experimentId }),
        key,
      );
    } catch (error) {
      this.#isUnsure ||= error instanceof MlflowError && error.facts.mayPass;
      throw error;
    }
  }

  /** The parent may have been made twice, and the run below the one that is gone. */
  async #belowParent(run: RemoteRun, parent: string | undefined): Promise<RemoteRun> {
    if (parent !== undefined && !run.deleted) await this.log(run, { tags: { [PARENT_TAG]: parent } });
    return run;
  }

  /** Deletes what was made twice, after a look for what came to life late. */
  async removeTwins(): Promise<void> {
    if (this.#isUnsure) await this.#find(this.#ofJournal);
    for (const { id, key } of this.#twins.values()) {
      await this.#client.log(id, { tags: { [TWIN_TAG]: this.#byKey.get(key)!.id } });
      await this.#client.deleteRun(id);
    }
    this.#twins.clear();
    this.#isUnsure = false;
  }

  /** Sends what the server does not have yet; a parameter that it has stays as it is. */
  async log(run: RemoteRun, { metrics = [], params = {}, tags = {} }: RunLog): Promise<void> {
    const fresh = {
      metrics: run.again
        ? metrics
        : metrics.filter(({ key, step }) => step > (run.latest.get(key)?.step ?? -Infinity)),
      params: without(params, (key) => run.params.has(key)),
      tags: without(tags, (key, value) => run.tags.get(key) === value),
    };
    await this.#client.log(run.id, fresh);
    for (const { key, step, value } of fresh.metrics)
      if (step >= (run.latest.get(key)?.step ?? -Infinity)) run.latest.set(key, { step, value });
    for (const [key, value] of Object.entries(fresh.params)) run.params.set(key, value);
    for (const [key, value] of Object.entries(fresh.tags)) run.tags.set(key, value);
  }

  /** All that the server has of this journal now, but what was deleted. */
  onServer(): AsyncGenerator<Run, void, undefined> {
    return this.#client.searchRuns([this.experimentId], this.#ofJournal);
  }

  get #ofJournal(): string {
    return `tags.\`${JOURNAL_TAG}\` = '${this.#journal}'`;
  }

  /** @returns what it found, by key */
  async #find(filter: string): Promise<ReadonlyMap<string, RemoteRun>> {
    for await (const run of this.#client.searchRuns([this.experimentId], filter, 'ALL')) {
      const key = keyOf(run);
      if (key === undefined || run.data?.tags?.some((tag) => tag.key === TWIN_TAG)) continue;
      const known = this.#byKey.get(key);
      if (!known) {
        this.#remember(run, key);
        continue;
      }
      const found = this.#read(run, key);
      if (found.id === known.id || found.deleted) continue;
      // All senders keep the same one, whatever each of them sees: else each would delete another's.
      const [kept, twin] = known.deleted || found.id < known.id ? [found, known] : [known, found];
      this.#byKey.set(key, kept);
      if (!twin.deleted) this.#twins.set(twin.id, twin);
    }
    return this.#byKey;
  }

  #remember(run: Run, key: string): RemoteRun {
    const read = this.#read(run, key);
    this.#byKey.set(key, read);
    return read;
  }

  #read({ info, data }: Run, key: string): RemoteRun {
    const isAgain = this.#again.has(key);
    const tags = (data?.tags ?? []).map(({ key: name = '', value = '' }) => [name, value] as const);
    return {
      id: required(info?.run_id, 'run.info.run_id'),
      key,
      artifactRoot: required(info?.artifact_uri, 'run.info.artifact_uri'),
      deleted: info?.lifecycle_stage === 'deleted',
      params: new Map((data?.params ?? []).map(({ key: name = '', value = '' }) => [name, value])),
      status: info?.status ?? 'RUNNING',
      again: isAgain,
      tags: new Map(tags.filter(([name]) => !(isAgain && name.startsWith(DELIVERED)))),
      latest: new Map(
        (data?.metrics ?? []).map(({ key: name = '', step = 0, value = 0 }) => [
          name,
          { step, value: Number(value) },
        ]),
      ),
    };
  }
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
