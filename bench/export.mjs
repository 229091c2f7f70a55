// @ts-check
/**
 * How long a net takes to be exported to each format, and its memory; with a checkpoint of random weights, which is
 * made first. Usage: node bench/export.mjs [NET]   (default: D at full size; 2.8 GB of disk)
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCheckpoint } from '../build/src/nn/checkpoint.js';
import { buildNet } from '../build/src/nn/net.js';
import { initialise } from '../build/src/nn/net-state.js';
import { builtInLayers } from '../build/src/nn/nets.js';

const [net = 'D', path] = process.argv.slice(2);
const layers = builtInLayers(net);
if (!layers) throw new Error(`There is no net "${net}".`);
if (path !== undefined) {
  makeCheckpoint(path);
  process.exit();
}
const measured = fileURLToPath(new URL('../build/src/cli/measured.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stagecraft-export-'));
try {
  // By a process of its own: the memory of a child is counted from that of its parent.
  const [made] = await once(fork(fileURLToPath(import.meta.url), [net, join(folder, 'checkpoint')]), 'exit');
  if (made !== 0) throw new Error(`The checkpoint could not be made: ${made}`);
  for (const [name, ...options] of [
    ['net.safetensors'],
    ['net.onnx'],
    ['dense.onnx', '--dense'],
    ...(layers.some((layer) => layer === 'lrn') ? [] : [['web/model.json']]),
  ]) {
    const started = performance.now();
    const child = fork(measured, ['export', 'checkpoint', String(name), ...options], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let peakKib = 0;
    child.on('message', (/** @type {any} */ message) => (peakKib = message.peakKib));
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error(`export ended with status ${status}`);
    const seconds = (performance.now() - started) / 1000;
    console.log(`${name}: ${seconds.toFixed(1)} s, at most ${Math.round(peakKib / 2 ** 10)} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string} path */
function makeCheckpoint(path) {
  const shape = {
    net,
    layers: layers ?? [],
    width: 1,
    crop: 224,
    classes: 1000,
    pooling: /** @type {const} */ ('ceil'),
  };
  const { weights } = initialise(buildNet(shape), 'he', 1);
  const files = writeCheckpoint({
    weights,
    description: {
      ...{ format: 1, shape, mean: [123.68, 116.779, 103.939], inputScale: 1 / 58, S: 256 },
      ...{ channelOrder: 'RGB', flattenOrder: 'HWC', initialisation: 'he', steps: 0, batch: 0 },
      classes: Array.from({ length: 1000 }, (_, k) => `n${k}`),
    },
  });
  mkdirSync(path);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
}
