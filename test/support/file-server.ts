/** A real HTTP server of files, which can be told to behave as some do. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Manners {
  /** Bytes of an answer after which the connection is cut. */
  readonly cutAfter?: number;
  /** Bytes of an answer after which nothing more comes. */
  readonly holdAfter?: number;
  /** Whether a part may be asked for. */
  readonly ranges?: boolean;
  /** Of every answer, in place of what would be right. */
  readonly status?: number;
  /** Whether the length is told. */
  readonly tellsLength?: boolean;
  /** Folder in which the files are now. */
  readonly movedTo?: string;
  /** Bytes by which a part that was asked for begins too late. */
  readonly shift?: number;
}

export class FileServer implements AsyncDisposable {
  manners: Manners = {};
  /** `GET /name range`, in the order in which they came. */
  readonly asked: string[] = [];
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #server: Server;

  private constructor(files: Readonly<Record<string, Uint8Array>>) {
    this.#files = new Map(Object.entries(files));
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  static async start(files: Readonly<Record<string, Uint8Array>>): Promise<FileServer> {
    const server = new FileServer(files);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.asked.push(`GET ${url} ${headers.range ?? ''}`.trim());
    const file = this.#files.get(url.split('/').at(-1)!);
    const { movedTo } = this.manners;
    if (movedTo !== undefined && !url.startsWith(`/${movedTo}/`)) {
      response.writeHead(302, { location: `/${movedTo}/${url.split('/').at(-1)!}` }).end();
      return;
    }
    const { cutAfter, holdAfter, ranges = true, status, tellsLength = true, shift = 0 } = this.manners;
    if (!file || status !== undefined) {
      response.writeHead(status ?? 404).end();
      return;
    }
    const start = ranges ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) + shift : 0;
    const rest = file.subarray(start);
    const isPart = ranges && headers.range !== undefined;
    response.writeHead(isPart ? 206 : 200, {
      ...(tellsLength && { 'content-length': rest.length }),
      ...(isPart && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
    });
    if (holdAfter !== undefined) response.write(rest.subarray(0, holdAfter));
    else if (cutAfter === undefined || rest.length <= cutAfter) response.end(rest);
    else response.write(rest.subarray(0, cutAfter), () => response.socket!.end());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
