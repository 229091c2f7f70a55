/** A real MLflow server over a folder, on a port that stays the same however often it is killed and started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Folder of the programs of a Python that has MLflow 3.17.2; without it those on the PATH are taken. */
export const MLFLOW_BIN = process.env['MLFLOW_BIN'] ?? '';

interface MoreOptions {
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class MlflowServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #more: MoreOptions;
  readonly port: number;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number, more: MoreOptions) {
    this.#folder = folder;
    this.#more = more;
    this.port = port;
  }

  static async start(folder: string, more: MoreOptions = {}): Promise<MlflowServer> {
    await mkdir(folder, { recursive: true });
    const server = new MlflowServer(folder, await freePort(), more);
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Returns once it answers. */
  async up(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a');
    this.#child = spawn(
      join(MLFLOW_BIN, 'mlflow'),
      [
        ...['server', '--host', '127.0.0.1', '--port', String(this.port), '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${join(this.#folder, 'mlflow.db')}`],
        ...['--artifacts-destination', join(this.#folder, 'artifacts')],
        ...(this.#more.arguments ?? []),
      ],
      { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...this.#more.env } },
    );
    while (!(await this.#answers())) {
      if (this.#child.exitCode !== null) throw new Error(`MLflow ended: see ${this.#folder}/log`);
      await pause(100);
    }
  }

  /** As a power cut would end it: with all its processes, at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health`)).status === 200;
    } catch {
      return false;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}
