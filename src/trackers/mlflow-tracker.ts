/** The journal, and a process beside the run that sends it to MLflow while it is written. */
import { type ChildProcess, fork } from 'node:child_process';
import type { RunsDirectory } from '../run/runs-directory.js';
import type { Delivered, RunEnd, TrackedExperiment } from '../run/tracker.js';
import type { Disk } from '../util/disk.js';
import { JournalTracker } from './journal-tracker.js';
import {
  type FromSender,
  SENDER_VARIABLE,
  type SenderSettings,
  type ToSender,
} from './sync/sender-protocol.js';
import type { Sending } from './sync/sending.js';

const SLOW = 'It takes its time.';
const GONE = 'The process that sends it is gone.';

/** How long the end of a run waits for a server that takes what comes, ms. */
const GRACE_MS = 10_000;

export interface MlflowTrackerOptions {
  readonly disk: Disk;
  readonly runs: RunsDirectory;
  readonly sending: Sending;
  /** Absolute path of the sender's program. */
  readonly program: string;
}

export class MlflowTracker extends JournalTracker {
  readonly #options: MlflowTrackerOptions;
  #sender: SenderProcess | undefined;

  constructor(options: MlflowTrackerOptions) {
    super(options.disk, options.runs);
    this.#options = options;
  }

  override async open(experiment: TrackedExperiment): Promise<void> {
    await super.open(experiment);
    const { program, runs } = this.#options;
    this.#sender = new SenderProcess(program, { runsDirectory: runs.path, experiment: experiment.name });
  }

  override async close(end: RunEnd): Promise<Delivered> {
    try {
      await super.close(end);
    } finally {
      await this.#sender?.finish();
    }
    return { to: this.#options.sending.server.url, missing: this.#sender!.missing };
  }
}

class SenderProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #isGone = false;
  #last: FromSender | undefined;
  #changed: () => void = () => undefined;

  constructor(program: string, settings: SenderSettings) {
    this.#child = fork(program, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Out of the terminal's group, so that Ctrl-C is the run's alone.
      detached: true,
      env: { ...process.env, [SENDER_VARIABLE]: JSON.stringify(settings) },
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#isGone = true;
        resolve();
      });
      this.#child.once('error', () => {
        this.#isGone = true;
        resolve();
      });
    });
    this.#child.on('message', (message) => {
      this.#last = message as FromSender;
      this.#changed();
    });
    // It never keeps a run from ending.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** Why not everything is on the server; null when it is. */
  get missing(): string | null {
    switch (this.#last?.type) {
      case 'level':
        if (!this.#last.isLast) return this.#isGone ? GONE : SLOW;
        return this.#last.problems[0] ?? null;
      case 'waiting':
      case 'gave-up':
        return this.#last.reason;
      case 'behind':
      case undefined:
        return this.#isGone ? GONE : SLOW;
    }
  }

  /** Waits for a server that takes what comes, not for one that is away. */
  async finish(): Promise<void> {
    if (!this.#child.connected) return;
    this.#child.channel?.ref();
    this.#child.send({ type: 'finish' } satisfies ToSender, () => undefined);
    let timer: NodeJS.Timeout | undefined;
    const away = new Promise<void>((resolve) => {
      this.#changed = () => {
        if (this.#last?.type === 'waiting') resolve();
      };
      this.#changed();
      timer = setTimeout(resolve, GRACE_MS);
    });
    await Promise.race([this.#gone, away]);
    clearTimeout(timer);
    this.#child.channel?.unref();
    this.#disconnect();
  }

  /** It may have gone by itself meanwhile. */
  #disconnect(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
