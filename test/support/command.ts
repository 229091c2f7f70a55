/** The real command line in a process of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

export const EXPERIMENTS = fileURLToPath(new URL('../../../experiments/', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Command implements Disposable {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #stdout = '';
  #stderr = '';
  #changed: () => void = () => undefined;

  /** Starts in a process group of its own, as a shell does. */
  constructor(args: readonly string[], currentDirectory: string, variables: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [CLI, ...args], {
      cwd: currentDirectory,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // No test writes to a server of whoever runs it.
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', MLFLOW_TRACKING_URI: '', ...variables },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#changed();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#changed();
    });
    this.finished = once(this.#child, 'close').then(([status, signal]) => {
      this.#changed();
      const [stdout, stderr] = [this.#stdout, this.#stderr];
      return { status: status as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Returns once what it printed matches. @throws if the command ends before */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#stdout) && !pattern.test(this.#stderr)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`The command ended without ${String(pattern)}:\n${this.#stdout}\n${this.#stderr}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** To the whole group, as a terminal's Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** What a test that failed has left. */
  [Symbol.dispose](): void {
    try {
      this.signalGroup('SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

export async function stagecraft(currentDirectory: string, ...args: readonly string[]): Promise<Finished> {
  return new Command(args, currentDirectory).finished;
}
