/** Calls the server by the types that its own descriptors give. */
import { ENDPOINTS as MODELS, type ModelsCalls } from './models-api.js';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.js';
import { ENDPOINTS as RUNS, type RunsCalls } from './runs-api.js';
import type { Exchange, Transport } from './transport.js';

interface Calls extends RunsCalls, ModelsCalls {}

type Endpoint = keyof Calls;

const ENDPOINTS = { ...RUNS, ...MODELS };

export interface CallOptions {
  /** Of one try, ms. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly signal?: AbortSignal;
}

/** As Python's client. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** What makes something new each time: after a lost answer, whoever called has to look what is there. */
const MAKES_NEW = new Set<Endpoint>(['createRun', 'createLoggedModel', 'createModelVersion']);

export class Endpoints {
  readonly transport: Transport;
  readonly options: Required<Omit<CallOptions, 'signal'>> & Pick<CallOptions, 'signal'>;

  constructor(transport: Transport, options: CallOptions = {}) {
    this.transport = transport;
    this.options = { timeoutMs: DEFAULT_TIMEOUT_MS, retry: DEFAULT_RETRY, ...options };
  }

  /** @throws MlflowError */
  async call<E extends Endpoint>(endpoint: E, request: Calls[E][0]): Promise<Calls[E][1]> {
    const exchange = { ...exchangeFor(endpoint, request), ...this.options };
    const send = () => this.transport.json(exchange);
    const answer = MAKES_NEW.has(endpoint)
      ? await send()
      : await withRetries(send, this.options.retry, this.options.signal);
    return answer;
  }
}

/** Where a request goes: in the query of a GET, in the body of all else; what stands in the path is wanted there too. */
function exchangeFor<E extends Endpoint>(
  endpoint: E,
  request: Calls[E][0],
): Pick<Exchange, 'method' | 'path' | 'query' | 'body'> {
  const { method, path } = ENDPOINTS[endpoint];
  const values: Readonly<Record<string, unknown>> = { ...request };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const full = `/api/2.0${filled}`;
  return method === 'GET'
    ? { method, path: full, query: queryOf(values as Query) }
    : { method, path: full, body: JSON.stringify(values) };
}

/** What a GET may ask for. */
type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

function queryOf(values: Query): URLSearchParams {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    for (const one of [value].flat()) if (one !== undefined) query.append(key, String(one));
  return query;
}
