/** Files of runs and models, through the server's own proxy. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Endpoints } from './endpoints.js';
import { MlflowError } from './mlflow-error.js';
import { withRetries } from './retry.js';
import type { Exchange } from './transport.js';

export interface ArtifactEntry {
  /** Relative to the root that was listed. */
  readonly path: string;
  /** Null for a folder. */
  readonly bytes: number | null;
}

/** Of files: slower than this is as good as hanging. */
const LEAST_BYTES_PER_MS = 50;

export const NOT_PROXIED = 'NOT_PROXIED';

const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

export class MlflowArtifacts {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  /**
   * Writes a file, in place of one that is there.
   * @param root artifact URI of a run or a model
   * @param path below it, with `/`
   * @param from absolute path of a file, or the bytes themselves
   * @throws MlflowError, also where the server does not serve artifacts
   */
  async upload(root: string, path: string, from: string | Uint8Array): Promise<void> {
    const bytes = typeof from === 'string' ? (await stat(from)).size : from.length;
    await this.#withRetries(() =>
      this.#endpoints.transport.text({
        ...this.#exchange('PUT', proxied(root, path)),
        // A stream can be read once, so each try has its own.
        body: typeof from === 'string' ? createReadStream(from) : Readable.from([from]),
        contentType: 'application/octet-stream',
        timeoutMs: this.#timeoutFor(bytes),
      }),
    );
  }

  /**
   * The bytes of a file, as they come.
   * @param bytes that are expected, for the time that it may take
   */
  download(root: string, path: string, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    const exchange = { ...this.#exchange('GET', proxied(root, path)), timeoutMs: this.#timeoutFor(bytes) };
    return this.#endpoints.transport.bytes(exchange);
  }

  /** SHA-256 of a file, hex; undefined if there is none. @param bytes that are expected, for the time that it may take */
  async sha256(root: string, path: string, bytes: number): Promise<string | undefined> {
    return this.#withRetries(async () => {
      const hash = createHash('sha256');
      try {
        for await (const part of this.download(root, path, bytes)) hash.update(part);
      } catch (error) {
        const isThere = !(
          error instanceof MlflowError &&
          (error.facts.status === 404 || error.code === NOT_PROXIED)
        );
        if (!isThere) return undefined;
        throw error;
      }
      return hash.digest('hex');
    });
  }

  /** All files below a root, folders followed. */
  async *list(root: string, path = ''): AsyncGenerator<ArtifactEntry & { bytes: number }, void, undefined> {
    const folder = path === '' ? undefined : path;
    const query = new URLSearchParams({ path: [pathOf(root), folder].filter(Boolean).join('/') });
    const answer = await this.#withRetries(() =>
      this.#endpoints.transport.json({ ...this.#exchange('GET', PROXY), query }),
    );
    for (const file of (answer['files'] ?? []) as { path: string; is_dir?: boolean; file_size?: number }[]) {
      const below = folder === undefined ? file.path : `${folder}/${file.path}`;
      if (file.is_dir === true) yield* this.list(root, below);
      else yield { path: below, bytes: file.file_size ?? 0 };
    }
  }

  #exchange(method: Exchange['method'], path: string): Exchange {
    const { timeoutMs, signal } = this.#endpoints.options;
    return { method, path, timeoutMs, ...(signal && { signal }) };
  }

  #timeoutFor(bytes: number): number {
    return this.#endpoints.options.timeoutMs + Math.ceil(bytes / LEAST_BYTES_PER_MS);
  }

  #withRetries<T>(attempt: () => Promise<T>): Promise<T> {
    return withRetries(attempt, this.#endpoints.options.retry, this.#endpoints.options.signal);
  }
}

function proxied(root: string, path: string): string {
  return `${PROXY}/${`${pathOf(root)}/${path}`.split('/').map(encodeURIComponent).join('/')}`;
}

/** `1/<run>/artifacts` of `mlflow-artifacts:/1/<run>/artifacts`. */
function pathOf(root: string): string {
  const { protocol, pathname } = URL.canParse(root) ? new URL(root) : { protocol: '', pathname: '' };
  if (protocol === 'mlflow-artifacts:') return decodeURIComponent(pathname).replace(/^\/+/, '');
  throw new MlflowError(
    `The server keeps its files at ${root}, where only its own clients reach them; files are sent to one that serves them: mlflow server --artifacts-destination DIR`,
    { code: NOT_PROXIED, mayPass: false },
  );
}
