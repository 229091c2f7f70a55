/** Journals are written and sent while everything around them fails at random times; then it is read back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SENDER_VARIABLE } from '../../../../src/trackers/sync/sender-protocol.js';
import { philoxWords } from '../../../../src/util/philox.js';
import { streamKey } from '../../../../src/util/random.js';
import { type Fault, FaultProxy } from './fault-proxy.js';
import type { WriterSettings } from './journal-writer.js';
import { MlflowServer } from './mlflow-server.js';

const CONNECTION_FAULTS: readonly Fault[] = [
  ...(['refuse', 'hang', 'cut-request', 'cut-answer', 'busy', 'broken', 'garbage'] as const),
];

const FAULTS = [
  ...CONNECTION_FAULTS,
  'server killed',
  'sender killed',
  'writer killed',
  'disk full',
] as const;
type AnyFault = (typeof FAULTS)[number];

/** One that is hung counts as lost after these seconds. */
const TIMEOUT_SECONDS = 2;

export interface Soak {
  /** Absolute folder of all results. */
  readonly runs: string;
  /** Absolute folder for the server. */
  readonly folder: string;
  readonly faults: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** @returns the server, which has what could be sent through the faults; the journal holds what is to be there */
export async function soak({ runs, folder, faults, seed, say }: Soak): Promise<MlflowServer> {
  const server = await MlflowServer.start(folder);
  await using proxy = await FaultProxy.start(server.port);
  const sender = new KeptSender(runs, proxy.url);
  for (let n = 0; n < faults; n++) {
    const [kind, when, where] = philoxWords(streamKey(seed, `fault ${n}`), 0, [0, 0], 3);
    const fault = FAULTS[kind! % FAULTS.length]!;
    say(`${n + 1} of ${faults}: ${fault}`);
    const writer = write(runs, fault === 'disk full' ? 3 + (where! % 40) : undefined);
    await pause((when! / 2 ** 32) * 800);
    await happen(fault, { server, proxy, sender, writer });
    await writer.gone;
  }
  await sender.stop();
  return server;
}

interface Parts {
  readonly server: MlflowServer;
  readonly proxy: FaultProxy;
  readonly sender: KeptSender;
  readonly writer: { readonly child: ChildProcess };
}

async function happen(fault: AnyFault, { server, proxy, sender, writer }: Parts): Promise<void> {
  switch (fault) {
    case 'server killed':
      await server.kill();
      await server.up();
      break;
    case 'sender killed':
      await sender.kill();
      break;
    case 'writer killed':
      writer.child.kill('SIGKILL');
      break;
    case 'disk full':
      // The writer meets it by itself.
      break;
    case 'refuse':
    case 'hang':
    case 'cut-request':
    case 'cut-answer':
    case 'busy':
    case 'broken':
    case 'garbage':
      proxy.once(fault);
  }
}

function write(runs: string, fullAt: number | undefined) {
  const settings: WriterSettings = { runs, points: 60, pauseMs: 5, ...(fullAt !== undefined && { fullAt }) };
  const program = fileURLToPath(new URL('journal-writer.js', import.meta.url));
  const child = spawn(process.execPath, [program], {
    stdio: 'ignore',
    env: { ...process.env, WRITER: JSON.stringify(settings) },
  });
  return { child, gone: new Promise((resolve) => child.once('exit', resolve)) };
}

/** The sender's own program, started again whenever it is gone. */
class KeptSender {
  readonly #start: () => ChildProcess;
  #child: ChildProcess;
  #stopped = false;

  constructor(runs: string, url: string) {
    const program = fileURLToPath(new URL('../../../../src/sender.js', import.meta.url));
    const env = {
      ...process.env,
      MLFLOW_TRACKING_URI: url,
      MLFLOW_HTTP_REQUEST_TIMEOUT: String(TIMEOUT_SECONDS),
      [SENDER_VARIABLE]: JSON.stringify({ runsDirectory: runs, experiment: 'soak' }),
    };
    this.#start = () => {
      const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
      child.once('exit', () => {
        if (!this.#stopped) this.#child = this.#start();
      });
      return child;
    };
    this.#child = this.#start();
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.kill();
  }
}
