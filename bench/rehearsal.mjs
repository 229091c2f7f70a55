// @ts-check
/**
 * The published weights' spec from end to end on a folder that looks like ILSVRC-2012 and random weights of full size:
 * what a sample takes, and how well `plan` tells from it what three times as many images will.
 * Usage: node bench/rehearsal.mjs PYTHON IMAGES [SAMPLE [TABLE...]]   (default: 4 images, all tables; 5 GB of disk)
 * PYTHON has what test/judges/torch_weights.py and ilsvrc_like.py need; IMAGES holds JPEG files.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ILSVRC2012_CLASSES } from '../build/src/nn/weights/ilsvrc2012-classes.js';

const [python, images, sample = '4', ...tables] = process.argv.slice(2);
if (python === undefined || images === undefined)
  throw new Error('Usage: node bench/rehearsal.mjs PYTHON IMAGES [SAMPLE [TABLE...]]');
const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stagecraft-rehearsal-'));
try {
  const weights = join(folder, 'weights');
  mkdirSync(weights);
  execFileSync(python, [at('test/judges/torch_weights.py'), weights, '1', '224', '1000', 'D,E', 'caffe-v1']);
  for (const [net, layers] of [
    ['D', 16],
    ['E', 19],
  ])
    renameSync(
      join(weights, `${net}-caffe-v1.caffemodel`),
      join(weights, `VGG_ILSVRC_${layers}_layers.caffemodel`),
    );
  writeFileSync(join(folder, 'wnids.txt'), ILSVRC2012_CLASSES.join('\n'));
  execFileSync(python, [
    at('test/judges/ilsvrc_like.py'),
    join(folder, 'root'),
    join(folder, 'wnids.txt'),
    images,
  ]);
  const first = await command('run', Number(sample));
  console.log(`${sample} images: ${first.seconds.toFixed(0)} s`);
  const more = 3 * Number(sample);
  const plan = JSON.parse((await command('plan', more, '--json')).stdout);
  const then = await command('run', more);
  const told = plan.estimate.seconds;
  console.log(
    `${more} images: plan tells ${told.toFixed(0)} s, the run took ${then.seconds.toFixed(0)} s (${(told / then.seconds).toFixed(2)} of it)`,
  );
  const all = JSON.parse((await command('plan', 50_000, '--json')).stdout).estimate;
  console.log(
    `50000 images: plan tells ${(all.seconds / 3600).toFixed(0)} h, ${(all.bytes / 1e9).toFixed(1)} GB of nets and scores, and ${(all.memoryBytes / 1e9).toFixed(1)} GB of memory`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {string} what
 * @param {number} limit
 * @param {string[]} options
 */
async function command(what, limit, ...options) {
  const sets = ['data.root=root', 'weights=weights', `limits.val=${limit}`].flatMap((set) => ['--set', set]);
  const only = tables.flatMap((table) => ['--only', table]);
  const spec = at('experiments/vgg/published-weights.yaml');
  const started = performance.now();
  const child = spawn(process.execPath, [at('build/src/cli.js'), what, spec, ...sets, ...only, ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${what} ended with status ${status}:\n${stdout}`);
  return { stdout, seconds: (performance.now() - started) / 1000 };
}
