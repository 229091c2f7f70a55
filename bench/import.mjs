// @ts-check
/**
 * How long a net takes to be imported from each format, and the memory of the largest of our processes; the files are
 * written first, by the libraries themselves. Usage: node bench/import.mjs PYTHON [NET]
 * (PYTHON has torch, safetensors, h5py, protobuf and OpenCV; default: D at full size; some 9 GB of disk)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [python, net = 'D'] = process.argv.slice(2);
if (python === undefined) throw new Error('Which Python? node bench/import.mjs PYTHON [NET]');
const path = (/** @type {string} */ below) => fileURLToPath(new URL(`../${below}`, import.meta.url));
const FORMATS = ['caffe-v1', 'keras', 'zip', 'old', 'safetensors', 'float16'];
/** Runs what it is given, and prints the KiB of the largest process. */
const MEASURED = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`;

const folder = mkdtempSync(join(tmpdir(), 'stagecraft-import-'));
try {
  const options = [folder, '1', '224', '1000', net, FORMATS.join()];
  execFileSync(python, [path('test/judges/torch_weights.py'), ...options], { stdio: 'inherit' });
  for (const format of FORMATS) {
    const file = readdirSync(folder).find(
      (name) => name.startsWith(`${net}-${format}.`) && !name.endsWith('.npy'),
    );
    if (file === undefined) throw new Error(`There is no file of ${format}.`);
    const command = [
      process.execPath,
      path('build/src/cli.js'),
      'import',
      file,
      '--net',
      net,
      '--store',
      format,
    ];
    const started = performance.now();
    const kib = Number(execFileSync(python, ['-c', MEASURED, ...command], { cwd: folder, encoding: 'utf8' }));
    const seconds = (performance.now() - started) / 1000;
    const megabytes = Math.round(statSync(join(folder, file)).size / 1e6);
    console.log(
      `${file}, ${megabytes} MB: ${seconds.toFixed(1)} s, at most ${Math.round(kib / 2 ** 10)} MiB`,
    );
    rmSync(join(folder, format), { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true });
}
