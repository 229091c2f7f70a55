/** An MLflow server over a folder of ours, where Python's mlflow is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { UserError } from '../util/user-error.js';

export interface LocalServerOptions {
  /** Absolute; holds the database, the files and the log. */
  readonly folder: string;
  /** Any free one, if left out; MLflow's own first. */
  readonly port?: number | undefined;
  readonly signal: AbortSignal;
}

/** MLflow's own. */
const USUAL_PORT = 5000;

/** A first start makes the database, some 20 s on two cores. */
const START_MS = 120_000;

/** To a question about its health, ms. */
const ANSWER_MS = 2000;

const NOT_INSTALLED = `MLflow is not installed here: it is a Python package. In a folder of its own:
  python3 -m venv ~/mlflow && ~/mlflow/bin/pip install mlflow
  PATH=~/mlflow/bin:$PATH stagecraft ui
A server elsewhere needs nothing here: MLFLOW_TRACKING_URI=http://... stagecraft sync`;

export class LocalServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve('code' in error && error.code === 'ENOENT' ? NOT_INSTALLED : error.message);
      });
      child.once('exit', (status, by) => {
        resolve(`The MLflow server ended (${by ?? `exit status ${String(status)}`})`);
      });
    });
  }

  /** @throws UserError if MLflow is not installed, or does not start */
  static async start({ folder, port, signal }: LocalServerOptions): Promise<LocalServer> {
    mkdirSync(folder, { recursive: true });
    const log = join(folder, 'server.log');
    const chosen = port === undefined ? await freePort() : await tryPort(port);
    if (chosen === undefined) throw new UserError(`Port ${String(port)} is taken by another program.`);
    const arguments_ = [
      ...['server', '--host', '127.0.0.1', '--port', String(chosen), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
      ...['--artifacts-destination', join(folder, 'artifacts')],
    ];
    const output = openSync(log, 'a');
    // A group of its own, which ends as a whole: the server has processes of its own.
    const child = spawn('mlflow', arguments_, { stdio: ['ignore', output, output], detached: true });
    const server = new LocalServer(`http://127.0.0.1:${chosen}`, child);
    try {
      await server.#ready(log, signal);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Settles, in words, when the server has ended by itself or otherwise. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(-pid, 'SIGTERM');
    await this.#ended;
  }

  async #ready(log: string, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await this.#answers())) {
      const ended = await Promise.race([this.#ended, pause(200)]);
      if (ended !== undefined)
        throw new UserError(ended === NOT_INSTALLED ? ended : `${ended}; its words are in ${log}.`);
      signal.throwIfAborted();
      if (Date.now() > deadline)
        throw new UserError(`The MLflow server does not answer; its words are in ${log}.`);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.url}/health`, {
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  return (await tryPort(USUAL_PORT)) ?? (await tryPort(0))!;
}

/** The port, if nobody has it; 0 finds one. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : undefined);
      });
    });
  });
}
