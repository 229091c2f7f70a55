/**
 * As much of MLflow's REST API as deliveries use, in memory, for what a real server does not do on command: forget,
 * answer late, refuse one thing for ever. That it answers as the real one does is what the judges are for.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ModelsStandIn } from './models-stand-in.js';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

interface KeyValue {
  key: string;
  value: string;
}

export interface StandInRun {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  status: string;
  deleted: boolean;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  /** `key step timestamp` to value: as the server's tables have it, a point that comes again is the same. */
  readonly points: Map<string, { key: string; step: number; timestamp: number; value: number }>;
  readonly files: Map<string, Buffer>;
  /** Inputs, as they came. */
  datasets: readonly unknown[];
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

type Body = Record<string, unknown>;

const TAKEN: Body = { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'it is there' };

export class MlflowStandIn implements AsyncDisposable {
  readonly runs = new Map<string, StandInRun>();
  readonly #experiments = new Map<string, string>();
  readonly #server: Server;
  /** Looked at before each request: answers it with that status, nothing done; undefined lets it through. */
  refuse: (asked: Asked) => number | undefined = () => undefined;
  /** Whether a request is done but its answer lost. */
  loseAnswer: (asked: Asked) => boolean = () => false;
  /** Where it says that its files are. */
  artifactRoot = 'mlflow-artifacts:/';
  readonly models = new ModelsStandIn();
  url = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<MlflowStandIn> {
    const standIn = new MlflowStandIn();
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    const address = standIn.#server.address();
    standIn.url = `http://127.0.0.1:${typeof address === 'object' ? address!.port : ''}`;
    return standIn;
  }

  /** Those that were not deleted, by the tag that we know them by. */
  get alive(): readonly StandInRun[] {
    return [...this.runs.values()].filter(({ deleted }) => !deleted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url!, this.url);
    const path = url.pathname.replace(/^\/api\/2\.0\/(mlflow\/)?/, '');
    const asked = { method: request.method!, path, body };
    const status = this.refuse(asked);
    if (status !== undefined) {
      response.writeHead(status).end(JSON.stringify({ error_code: 'REFUSED', message: 'as told' }));
      return;
    }
    const answer = this.#answer(asked, url.searchParams);
    if (this.loseAnswer(asked)) response.destroy();
    else if (answer === undefined)
      response
        .writeHead(404)
        .end(JSON.stringify({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: `no ${path}` }));
    else if (answer === TAKEN) response.writeHead(400).end(JSON.stringify(TAKEN));
    else response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  }

  #answer({ method, path, body }: Asked, query: URLSearchParams): Body | Buffer | undefined {
    const artifact = /^mlflow-artifacts\/artifacts\/[^/]+\/([^/]+)\/artifacts\/(.+)$/.exec(path);
    if (artifact) return this.#file(method, artifact[1]!, decodeURIComponent(artifact[2]!), body);
    const asked = (body.length > 0 ? JSON.parse(body.toString('utf8')) : Object.fromEntries(query)) as Body;
    const run = this.runs.get(String(asked['run_id']));
    switch (path) {
      case 'experiments/get-by-name': {
        const id = this.#experiments.get(String(asked['experiment_name']));
        return id === undefined
          ? undefined
          : { experiment: { experiment_id: id, lifecycle_stage: 'active' } };
      }
      case 'experiments/create': {
        if (this.#experiments.has(String(asked['name']))) return TAKEN;
        const id = String(this.#experiments.size + 1);
        this.#experiments.set(String(asked['name']), id);
        return { experiment_id: id };
      }
      case 'experiments/search':
        return { experiments: [...this.#experiments.values()].map((id) => ({ experiment_id: id })) };
      case 'runs/create':
        return { run: this.#shown(this.#create(asked)) };
      case 'runs/search':
        return { runs: [...this.runs.values()].filter((one) => matches(one, asked)).map(this.#shown) };
      case 'runs/get':
        return run && { run: this.#shown(run) };
      default:
        return this.models.answer(method, path, asked) ?? (run && answerAbout(run, path, asked));
    }
  }

  readonly #shown = (run: StandInRun): Body => shown(run, this.artifactRoot);

  #create(asked: Body): StandInRun {
    const run: StandInRun = {
      id: randomUUID().replaceAll('-', ''),
      experimentId: String(asked['experiment_id']),
      name: String(asked['run_name']),
      ...{ status: 'RUNNING', deleted: false, params: new Map(), points: new Map(), files: new Map() },
      datasets: [],
      tags: new Map((asked['tags'] as KeyValue[]).map(({ key, value }) => [key, value])),
    };
    this.runs.set(run.id, run);
    return run;
  }

  #file(method: string, id: string, path: string, body: Buffer): Body | Buffer | undefined {
    const run = this.runs.get(id);
    if (method !== 'PUT') return run?.files.get(path);
    run?.files.set(path, body);
    return run && {};
  }
}

function answerAbout(run: StandInRun, path: string, asked: Body): Body | undefined {
  if (run.deleted && path === 'runs/log-batch') return undefined;
  switch (path) {
    case 'runs/update':
      if (typeof asked['status'] === 'string') run.status = asked['status'];
      return {};
    case 'runs/delete':
      run.deleted = true;
      return {};
    case 'runs/outputs':
      return {};
    case 'runs/log-inputs':
      run.datasets = asked['datasets'] as unknown[];
      return {};
    case 'runs/log-batch':
      for (const { key, value } of asked['tags'] as KeyValue[]) run.tags.set(key, value);
      for (const { key, value } of asked['params'] as KeyValue[]) run.params.set(key, value);
      for (const point of asked['metrics'] as {
        key: string;
        step: number;
        timestamp: number;
        value: number;
      }[])
        run.points.set(`${point.key} ${point.step} ${point.timestamp}`, point);
      return {};
    case 'metrics/get-history':
      return { metrics: [...run.points.values()].filter(({ key }) => key === asked['metric_key']) };
    default:
      return undefined;
  }
}

function shown(
  { id, experimentId, name, status, deleted, tags, params, points, datasets }: StandInRun,
  artifactRoot: string,
): Body {
  const latest = new Map<string, { step: number }>();
  for (const point of points.values())
    if (point.step >= (latest.get(point.key)?.step ?? -Infinity)) latest.set(point.key, point);
  const list = (map: Map<string, string>) => [...map].map(([key, value]) => ({ key, value }));
  return {
    info: {
      ...{ run_id: id, experiment_id: experimentId, run_name: name, status },
      artifact_uri: `${artifactRoot}${experimentId}/${id}/artifacts`,
      lifecycle_stage: deleted ? 'deleted' : 'active',
    },
    data: { tags: list(tags), params: list(params), metrics: [...latest.values()] },
    inputs: { dataset_inputs: datasets },
  };
}

/** Equalities of tags and parameters, joined by AND. */
function matches({ tags, params, experimentId, deleted }: StandInRun, asked: Body): boolean {
  if (!(asked['experiment_ids'] as string[]).includes(experimentId)) return false;
  if (deleted && asked['run_view_type'] !== 'ALL') return false;
  const wanted = [...String(asked['filter']).matchAll(/(tags|params)\.`?([\w.]+)`? = '([^']*)'/g)];
  return wanted.every(([, what, key, value]) => (what === 'tags' ? tags : params).get(key!) === value);
}
