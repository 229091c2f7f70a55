/** Stands between a client and a real server, and does to their connections what networks and servers do. */
import { createServer, type Server, type Socket, connect } from 'node:net';

export type Fault =
  /** Connections are reset as they are made. */
  | 'refuse'
  /** They are taken and never answered. */
  | 'hang'
  /** The request gets through in part, then both sides are cut. */
  | 'cut-request'
  /** The whole request gets through, the answer only in part: the client cannot know. */
  | 'cut-answer'
  /** Answers of its own instead of the server's. */
  | 'busy'
  | 'broken'
  | 'garbage';

const ANSWERS = {
  busy: 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy',
  broken:
    'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>',
  garbage: 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<p>Hello!</p>\r\n\r',
} as const;

export class FaultProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Taken by the next connection. */
  #faults: Fault[] = [];
  #standing: Fault | undefined;
  /** Faults that a connection has met. */
  met = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.#take(client);
    });
  }

  /** @param target port of the server on this machine */
  static async start(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** The next request meets it; connections that are open are closed, so that there is a next one. */
  once(fault: Fault): void {
    this.#faults.push(fault);
    this.#cutAll();
  }

  /** Every request meets it, until it is undefined. */
  stand(fault: Fault | undefined): void {
    this.#standing = fault;
    this.#cutAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(client: Socket): void {
    this.#watch(client);
    const fault = this.#faults.shift() ?? this.#standing;
    if (fault !== undefined) this.met += 1;
    switch (fault) {
      case 'refuse':
        client.resetAndDestroy();
        break;
      case 'hang':
        client.resume();
        break;
      case 'busy':
      case 'broken':
      case 'garbage':
        client.once('data', () => client.end(ANSWERS[fault]));
        break;
      case 'cut-request':
      case 'cut-answer':
      case undefined:
        this.#forward(client, fault);
    }
  }

  #forward(client: Socket, fault: 'cut-request' | 'cut-answer' | undefined): void {
    const server = connect(this.#target, '127.0.0.1');
    this.#watch(server);
    const cut = () => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (part: Buffer) => {
      if (fault !== 'cut-request') server.write(part);
      // What is written before the end is sent on.
      else server.write(part.subarray(0, Math.ceil(part.length / 2)), cut);
    });
    server.on('data', (part: Buffer) => {
      if (fault !== 'cut-answer') client.write(part);
      else client.write(part.subarray(0, 20), cut);
    });
    client.on('close', cut);
    server.on('close', cut);
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A cut is no error of the test's.
    socket.on('error', () => undefined);
  }
}
