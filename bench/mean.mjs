// @ts-check
/**
 * How long the mean of N score matrices takes, and its memory: they are read from a disk with their digests checked, as
 * a task reads them. Usage: node bench/mean.mjs [MATRICES IMAGES CLASSES]   (default: 10 50000 1000, 2.2 GB of disk)
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeScores } from '../build/src/nn/scores.js';
import { netShape } from '../build/src/nn/nets.js';
import { MeanStage } from '../build/src/stages/mean/stage.js';
import { DirectoryReader, DirectoryWriter } from '../build/src/stores/artifact-files.js';
import { NodeDisk } from '../build/src/util/node-disk.js';

const [matrices = 10, images = 50_000, classes = 1000] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'stagecraft-mean-'));
try {
  const readers = Array.from({ length: matrices }, (_, m) => reader(join(folder, String(m)), m));
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const started = performance.now();
  const quiet = { progress: () => {}, metric: () => {} };
  await new MeanStage().run({
    parameters: {},
    inputs: { scores: readers },
    output: new DirectoryWriter(new NodeDisk(), folder),
    reporter: quiet,
    signal: new AbortController().signal,
  });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  const mib = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 20);
  console.log(
    `mean of ${matrices} matrices of ${images} x ${classes}: ${seconds.toFixed(2)} s, at most ${mib(most)} MiB (${mib(before)} before)`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Writes one matrix; that of a seed is the same in every run. @param {string} directory @param {number} seed */
function reader(directory, seed) {
  const posteriors = new Float32Array(images * classes);
  for (let i = 0; i < posteriors.length; i++)
    posteriors[i] = (((i + 1) * (2 * seed + 1)) % 1009) / 1009 / classes;
  const files = writeScores({
    posteriors,
    labels: Array.from({ length: images }, (_, i) => i % classes),
    ids: Array.from({ length: images }, (_, i) => `val/${i}.JPEG`),
    classes: Array.from({ length: classes }, (_, k) => `n${k}`),
    protocol: {
      ...{ method: 'dense', mirror: true, mapAverage: 'scores', dataset: 'made up', initialisation: 'he' },
      ...{ steps: 1, batch: 1, S: 256, Q: 256, positions: [1, 1] },
      net: netShape('D', { width: 1, crop: 224, classes, pooling: 'ceil' }),
    },
  });
  mkdirSync(directory);
  /** @type {Record<string, { bytes: number, sha256: string }>} */
  const records = {};
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(directory, file), content);
    const bytes = Buffer.from(content);
    records[file] = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  const execution = /** @type {any} */ ({ kind: 'evaluate', files: records });
  return new DirectoryReader(new NodeDisk(), directory, execution);
}
