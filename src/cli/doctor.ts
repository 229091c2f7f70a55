import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { localWorkers } from '../container.js';
import { probeWorker } from '../executors/probe-worker.js';
import { readInstallation } from '../nn/installation.js';
import { describeEnvironment } from '../plan/environment.js';
import type { Invocation } from './invocation.js';

/** Where NVIDIA's driver shows itself, on Linux and under WSL. */
const GPU_DEVICES = ['/proc/driver/nvidia/gpus', '/dev/nvidia0', '/dev/dxg'];

export async function execute({ values }: Invocation): Promise<number> {
  const installation = readInstallation();
  const workers = localWorkers('auto');
  const probed = described(await probeWorker(workers));
  const gpuPresent = GPU_DEVICES.some((path) => existsSync(path));
  const facts = {
    backend: workers.settings.backend,
    ...(installation.reason !== undefined && { reason: installation.reason }),
    ...probed,
    versions: { node: process.version, ...installation.versions },
    threads: workers.settings.threads,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    gpu: { present: gpuPresent, used: installation.gpu === true },
  };
  if (values['json'] === true) console.log(JSON.stringify(facts, null, 2));
  else print(facts);
  return 'problem' in probed ? 1 : 0;
}

/** The engine in words, or why there is none. */
function described(probed: Awaited<ReturnType<typeof probeWorker>>) {
  return 'problem' in probed ? probed : { engine: describeEnvironment(probed.environment) };
}

function print(facts: Facts): void {
  const { gpu, versions } = facts;
  const lines = [
    ['backend', facts.backend + (facts.reason === undefined ? '' : ` (${facts.reason})`)],
    ['engine', facts.engine ?? `cannot be opened: ${facts.problem ?? 'unknown'}`],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['threads', `${facts.threads} (TF_NUM_INTRAOP_THREADS changes it), ${facts.cores} cores`],
    ['memory', `${facts.memoryGib} GiB`],
    [
      'GPU',
      gpu.present ? (gpu.used ? 'used' : 'present but not used: npm run setup -- --gpu') : 'none found',
    ],
  ];
  for (const [name, value] of lines) console.log(`${name!.padEnd(9)} ${value!}`);
}

interface Facts {
  readonly backend: string;
  readonly reason?: string;
  readonly engine?: string;
  readonly problem?: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly cores: number;
  readonly memoryGib: number;
  readonly gpu: { readonly present: boolean; readonly used: boolean };
}
