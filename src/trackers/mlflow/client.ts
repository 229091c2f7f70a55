/**
 * A client for MLflow's REST API: experiments, runs, their numbers and their inputs; files in `artifacts`, models in
 * `models`. Times are milliseconds since 1970. Every method rejects with MlflowError, and with UnfitValueError for what
 * the server would cut, drop or misread in silence.
 */
import type { DatasetInput, Experiment, ModelOutput, Run, RunStatus } from './runs-api.js';
import { MlflowArtifacts } from './artifacts.js';
import { batches } from './batches.js';
import { type CallOptions, Endpoints } from './endpoints.js';
import { MlflowError, UnfitValueError } from './mlflow-error.js';
import { MlflowModels } from './models.js';
import { required } from './required.js';
import { type MlflowServer, serverFrom, TRACKING_URI } from './server.js';
import { Transport } from './transport.js';
import {
  checkedText,
  LIMITS,
  type Metric,
  sentMetric,
  sentParam,
  sentTag,
  type Texts,
  wholeNumber,
} from './values.js';
import { UserError } from '../../util/user-error.js';

export interface NewRun {
  readonly experimentId: string;
  readonly name: string;
  readonly startTime: number;
  readonly tags?: Texts;
  /** The run that this one is shown below. */
  readonly parentRunId?: string;
}

export interface RunLog {
  readonly metrics?: readonly Metric[];
  readonly params?: Texts;
  readonly tags?: Texts;
}

export interface RunDataset {
  readonly name: string;
  /** At most 36 characters: a SHA-256 in hex does not fit, so take its first 36. */
  readonly digest: string;
  /** JSON text that says where it is from. */
  readonly source: string;
  readonly sourceType: string;
  /** What it was used for: `training`, `evaluation`. */
  readonly context: string;
}

const STATUSES: ReadonlySet<RunStatus> = new Set([
  ...(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const),
]);

/** Runs a page: an answer stays of some MB. */
const PAGE = 500;

/** Points a page. */
const HISTORY_PAGE = 25_000;

export class MlflowClient {
  readonly artifacts: MlflowArtifacts;
  readonly models: MlflowModels;
  readonly #endpoints: Endpoints;

  constructor(server: MlflowServer, options: CallOptions = {}) {
    this.#endpoints = new Endpoints(new Transport(server), options);
    this.artifacts = new MlflowArtifacts(this.#endpoints);
    this.models = new MlflowModels(this.#endpoints);
  }

  /**
   * For the server that MLFLOW_TRACKING_URI names, let in as its companions say.
   * @throws UserError if it names none
   */
  static fromEnvironment(options: CallOptions = {}): MlflowClient {
    const server = serverFrom(process.env);
    if (!server) throw new UserError(`${TRACKING_URI} is not set, so there is no server to talk to.`);
    return new MlflowClient(server, options);
  }

  /** Without credentials. */
  get url(): string {
    return this.#endpoints.transport.url;
  }

  /** Of the server, e.g. `3.17.2`. */
  async version(): Promise<string> {
    const { timeoutMs, signal } = this.#endpoints.options;
    const exchange = { method: 'GET', path: '/version', timeoutMs, ...(signal && { signal }) } as const;
    return (await this.#endpoints.transport.text(exchange)).trim();
  }

  /** Undefined if there is none; one that was deleted is found, as such. */
  async experiment(name: string): Promise<Experiment | undefined> {
    const answer = await this.#endpoints
      .call('getExperimentByName', { experiment_name: name })
      .catch(unlessMissing);
    return answer?.experiment;
  }

  /** @returns its id */
  async createExperiment(name: string, tags: Texts = {}): Promise<string> {
    const answer = await this.#endpoints.call('createExperiment', { name, tags: tagsOf(tags) });
    return required(answer.experiment_id, 'experiment_id');
  }

  async *searchExperiments(filter = ''): AsyncGenerator<Experiment, void, undefined> {
    yield* pages(async (page_token) => {
      const request = { filter, max_results: PAGE, ...(page_token !== undefined && { page_token }) };
      const { experiments = [], next_page_token } = await this.#endpoints.call('searchExperiments', request);
      return { items: experiments, next: next_page_token };
    });
  }

  async setExperimentTag(experimentId: string, key: string, value: string): Promise<void> {
    await this.#endpoints.call('setExperimentTag', { experiment_id: experimentId, ...sentTag(key, value) });
  }

  /** Not repeated after a lost answer: it would make a second one. Search for a tag of yours before you call it again. */
  async createRun({ experimentId, name, startTime, tags = {}, parentRunId }: NewRun): Promise<Run> {
    const parent = parentRunId === undefined ? {} : { 'mlflow.parentRunId': parentRunId };
    const { run } = await this.#endpoints.call('createRun', {
      experiment_id: experimentId,
      run_name: checkedText(name, LIMITS.tag, 'The name of a run'),
      start_time: wholeNumber(startTime, 'The start of a run', 0),
      tags: tagsOf({ ...tags, ...parent }),
    });
    return required(run, 'run');
  }

  async run(runId: string): Promise<Run> {
    const { run } = await this.#endpoints.call('getRun', { run_id: runId });
    return required(run, 'run');
  }

  /**
   * @param filter as in MLflow's search, e.g. `tags."table" = 'table3'`
   * @param view `ALL` finds those that were deleted too
   */
  async *searchRuns(
    experimentIds: readonly string[],
    filter = '',
    view: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL' = 'ACTIVE_ONLY',
  ): AsyncGenerator<Run, void, undefined> {
    yield* pages(async (page_token) => {
      const { runs = [], next_page_token } = await this.#endpoints.call('searchRuns', {
        experiment_ids: experimentIds,
        filter,
        run_view_type: view,
        max_results: PAGE,
        ...(page_token !== undefined && { page_token }),
      });
      return { items: runs, next: next_page_token };
    });
  }

  async updateRun(
    runId: string,
    { status, endTime }: { readonly status?: RunStatus; readonly endTime?: number },
  ): Promise<void> {
    await this.#endpoints.call('updateRun', {
      run_id: runId,
      ...(status !== undefined && { status: checkedStatus(status) }),
      ...(endTime !== undefined && { end_time: wholeNumber(endTime, 'The end of a run', 0) }),
    });
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#endpoints.call('deleteRun', { run_id: runId });
  }

  /** In as few requests as the server takes; each is written as a whole or not at all. */
  async log(runId: string, { metrics = [], params = {}, tags = {} }: RunLog): Promise<void> {
    const all = {
      metrics: metrics.map(sentMetric),
      params: Object.entries(params).map(([key, value]) => sentParam(key, value)),
      tags: tagsOf(tags),
    };
    for (const batch of batches(all)) await this.#endpoints.call('logBatch', { run_id: runId, ...batch });
  }

  async logDatasets(runId: string, datasets: readonly RunDataset[]): Promise<void> {
    const inputs = datasets.map(({ name, digest, source, sourceType, context }): DatasetInput => ({
      dataset: {
        name: checkedText(name, LIMITS.datasetName, 'The name of a data set'),
        digest: checkedText(digest, LIMITS.datasetDigest, 'The digest of a data set'),
        source_type: sourceType,
        source,
      },
      tags: [{ key: 'mlflow.data.context', value: context }],
    }));
    await this.#endpoints.call('logInputs', { run_id: runId, datasets: inputs });
  }

  /** Says that a run made these logged models. */
  async logModels(runId: string, models: readonly ModelOutput[]): Promise<void> {
    await this.#endpoints.call('logOutputs', { run_id: runId, models });
  }

  /** All points of one history, in the order of their times. */
  async *metricHistory(runId: string, key: string): AsyncGenerator<Metric, void, undefined> {
    yield* pages(async (page_token) => {
      const { metrics = [], next_page_token } = await this.#endpoints.call('getMetricHistory', {
        run_id: runId,
        metric_key: key,
        max_results: HISTORY_PAGE,
        ...(page_token !== undefined && { page_token }),
      });
      const items = metrics.map(({ value = 0, timestamp = 0, step = 0 }) => ({
        ...{ key, timestamp, step },
        value: Number(value),
      }));
      return { items, next: next_page_token };
    });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#endpoints.transport.close();
  }
}

/** The server answers 200 to a status that it does not know, and keeps the one before. */
function checkedStatus(status: RunStatus): RunStatus {
  if (STATUSES.has(status)) return status;
  throw new UnfitValueError(
    `The status of a run is "${status}"; it must be one of ${[...STATUSES].join(', ')}`,
  );
}

function tagsOf(tags: Texts) {
  return Object.entries(tags).map(([key, value]) => sentTag(key, value));
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** The server ends with an empty token or none. */
async function* pages<T>(
  read: (token: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let token: string | undefined;
  do {
    const { items, next }: Page<T> = await read(token);
    yield* items;
    token = next;
  } while (token);
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
  throw error;
}
