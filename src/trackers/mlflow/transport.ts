/** One HTTP exchange with an MLflow server: credentials, proxies and certificates, time limits, answers as values or errors. */
import type { Readable } from 'node:stream';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { UserError } from '../../util/user-error.js';
import { MlflowError } from './mlflow-error.js';
import { retryAfter } from './retry.js';
import { type MlflowServer, TRACKING_URI } from './server.js';

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the server's address on, e.g. `/api/2.0/mlflow/runs/get`. */
  readonly path: string;
  readonly query?: URLSearchParams;
  /** A JSON text, or the bytes of a file. */
  readonly body?: string | Readable;
  readonly contentType?: string;
  /** Of the whole exchange, ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Of an answer that is no success. */
const MAX_QUOTED = 300;

/** Passing trouble by its status; a 500 may also be a request that can never succeed. */
const MAY_PASS = new Set([408, 425, 429, 500, 502, 503, 504]);

const UNREACHABLE = 'UNREACHABLE';
const NOT_MLFLOW = 'NOT_MLFLOW';
const NO_CODE = 'NO_CODE';

/** By which servers say that they have nothing of the kind; MLflow's API says it with a code. */
const NO_SUCH_PAGE = new Set([404, 405, 501]);

export class Transport {
  readonly #server: MlflowServer;
  readonly #dispatcher: Dispatcher;

  constructor(server: MlflowServer) {
    this.#server = server;
    this.#dispatcher = dispatcherFor(server);
  }

  /** Without credentials. */
  get url(): string {
    return this.#server.url;
  }

  /**
   * @returns the answer's object; an empty one for an empty answer
   * @throws MlflowError
   */
  async json(exchange: Exchange): Promise<Record<string, unknown>> {
    const text = await this.text(exchange);
    if (text.trim() === '') return {};
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return value as Record<string, unknown>;
    } catch {
      // Said below.
    }
    // A proxy's page, or another program on this port: it may be gone when the server is back.
    throw this.#error(exchange, `answered what is no MLflow answer: ${quoted(text)}`, {
      code: NOT_MLFLOW,
      mayPass: true,
    });
  }

  /** @throws MlflowError */
  async text(exchange: Exchange): Promise<string> {
    return this.#exchange(exchange, (body) => body.text());
  }

  /**
   * The answer's bytes, as they come.
   * @throws MlflowError, also while they are read
   */
  async *bytes(exchange: Exchange): AsyncGenerator<Uint8Array, void, undefined> {
    const { body } = await this.#open(exchange);
    try {
      for await (const part of body) yield part as Uint8Array;
    } catch (error) {
      throw this.#lost(exchange, error);
    }
  }

  /** Ends what is under way, and the connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #exchange<T>(
    exchange: Exchange,
    read: (body: Dispatcher.ResponseData['body']) => Promise<T>,
  ): Promise<T> {
    const { body } = await this.#open(exchange);
    try {
      return await read(body);
    } catch (error) {
      throw this.#lost(exchange, error);
    }
  }

  async #open(exchange: Exchange): Promise<Dispatcher.ResponseData> {
    const { method, path, query, body, contentType = 'application/json', timeoutMs, signal } = exchange;
    const limit = AbortSignal.timeout(timeoutMs);
    let answer: Dispatcher.ResponseData;
    try {
      answer = await request(
        `${this.#server.url}${path}${query && query.size > 0 ? `?${query.toString()}` : ''}`,
        {
          method,
          dispatcher: this.#dispatcher,
          headers: {
            'user-agent': 'stagecraft',
            ...(body !== undefined && { 'content-type': contentType }),
            ...(this.#server.authorization !== undefined && { authorization: this.#server.authorization }),
          },
          ...(body !== undefined && { body }),
          // The whole exchange has one limit, ours.
          headersTimeout: 0,
          bodyTimeout: 0,
          signal: signal ? AbortSignal.any([limit, signal]) : limit,
        },
      );
    } catch (error) {
      throw this.#lost(exchange, error);
    }
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    throw await this.#refused(exchange, answer);
  }

  async #refused(
    exchange: Exchange,
    { statusCode, headers, body }: Dispatcher.ResponseData,
  ): Promise<MlflowError> {
    const text = await body.text().catch(() => '');
    const { code, message } = serverWords(text);
    if (NO_SUCH_PAGE.has(statusCode) && code === NO_CODE)
      throw this.#error(
        exchange,
        `answered ${statusCode}, but not as MLflow does: the path in ${TRACKING_URI} may be wrong, or another program is there`,
        { code: NOT_MLFLOW, mayPass: false },
      );
    const header = headers['retry-after'];
    const wait = retryAfter(Array.isArray(header) ? header[0] : header, Date.now());
    return this.#error(exchange, `answered ${statusCode}: ${message}${hintFor(statusCode, text)}`, {
      status: statusCode,
      code,
      mayPass: MAY_PASS.has(statusCode),
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  }

  /** No answer, or not all of it. */
  #lost(exchange: Exchange, cause: unknown): Error {
    if (exchange.signal?.aborted) return exchange.signal.reason as Error;
    const isTimeout = cause instanceof Error && cause.name === 'TimeoutError';
    if (isTimeout) {
      const what = `did not answer within ${exchange.timeoutMs / 1000} s`;
      return this.#error(exchange, what, { code: 'TIMEOUT', mayPass: true });
    }
    if (isPlainHttp(cause)) {
      const what = `speaks http, not https: write http:// in ${TRACKING_URI}`;
      return this.#error(exchange, what, { code: UNREACHABLE, mayPass: false }, cause);
    }
    const facts = { code: UNREACHABLE, mayPass: !isCertificateProblem(cause) };
    return this.#error(exchange, `cannot be reached: ${reasonOf(cause)}`, facts, cause);
  }

  #error(
    { method, path }: Exchange,
    what: string,
    facts: MlflowError['facts'],
    cause?: unknown,
  ): MlflowError {
    const message = `MLflow at ${this.url} ${what} (${method} ${path})`;
    return new MlflowError(withoutSecrets(message, this.#server), facts, { cause });
  }
}

function dispatcherFor({ tls, isLocal = false }: MlflowServer): Dispatcher {
  const connect = tls && {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.clientCertificate !== undefined && { cert: tls.clientCertificate, key: tls.clientCertificate }),
    ...(tls.insecure && { rejectUnauthorized: false }),
  };
  const options = { keepAliveTimeout: 4000, ...(connect && { connect }) };
  const hasProxy = ['http_proxy', 'https_proxy'].some(
    (name) => process.env[name] ?? process.env[name.toUpperCase()],
  );
  if (isLocal || !hasProxy) return new Agent(options);
  try {
    // Its warning that it is experimental is for who has a proxy.
    return new EnvHttpProxyAgent({ ...options, ...(connect && { requestTls: connect }) });
  } catch {
    // Its message may hold a password.
    throw new UserError(
      'http_proxy or https_proxy is no address of a proxy: http://host:port, or http://user:password@host:port',
    );
  }
}

/** The server's own words, or the beginning of what came instead of them. */
function serverWords(text: string): { readonly code: string; readonly message: string } {
  try {
    const { error_code: code, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown };
    if (typeof code === 'string') return { code, message: quoted(String(message)) };
  } catch {
    // Plain text or HTML.
  }
  return { code: NO_CODE, message: quoted(text.replace(/<[^>]*>/g, ' ')) };
}

/** A server may say what it was sent. */
function withoutSecrets(message: string, { authorization }: MlflowServer): string {
  return secretsOf(authorization).reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

/** The header, what is in it, and for a password what it encodes. */
function secretsOf(authorization: string | undefined): readonly string[] {
  if (authorization === undefined) return [];
  const [scheme, credentials = ''] = authorization.split(' ');
  const password =
    scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString().split(':').slice(1).join(':') : '';
  return [authorization, credentials, password].filter((secret) => secret !== '');
}

function hintFor(status: number, text: string): string {
  if (status === 401)
    return ' (user and password: MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD; or MLFLOW_TRACKING_TOKEN)';
  if (status === 403 && /invalid host/i.test(text))
    return ' (a server that is called by another name than localhost wants it under --allowed-hosts)';
  return '';
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}...` : line;
}

/** The deepest reason, since fetch's and undici's own are "failed". */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return reasonOf(error.cause);
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Trust is not gained by trying again. */
function isCertificateProblem(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(codeOf(error));
}

/** Its answer to our greeting is no TLS. */
function isPlainHttp(error: unknown): boolean {
  return codeOf(error) === 'ERR_SSL_WRONG_VERSION_NUMBER';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
