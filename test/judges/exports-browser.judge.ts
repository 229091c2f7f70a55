/**
 * Nets that the real command line exports, in a browser that has nothing but TensorFlow.js: their class scores are ours.
 * Run by `.ci/run`, where there is a browser: CHROMIUM names it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { chromium } from 'playwright-core';
import { type NetName, netShape } from '../../src/nn/nets.js';
import { readNpy } from '../../src/util/npy.js';
import { stagecraft } from '../support/command.js';
import { anyEngine } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import { Scratch } from '../support/scratch.js';
import { makeCheckpoint, ourScores, TOLERANCE, writeImages } from './support/exported.js';
import { assertSameTopFive } from './support/torch-dense.js';

const browser = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const require = createRequire(import.meta.url);
const distOf = (name: string) => dirname(require.resolve(`@tensorflow/${name}/package.json`)) + '/dist';

const PAGE =
  '<!doctype html><script src="/tfjs/tf.min.js"></script><script src="/wasm/tf-backend-wasm.min.js"></script>';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** The page, the libraries, and what is in a folder. */
async function serve(folder: string) {
  const folders = { tfjs: distOf('tfjs'), wasm: distOf('tfjs-backend-wasm'), files: folder };
  const server = createServer(({ url = '/' }, response) => {
    const [, root, ...rest] = url.split('/') as [string, string, ...string[]];
    if (root === '') {
      response.setHeader('content-type', 'text/html').end(PAGE);
      return;
    }
    if (!(root in folders)) {
      response.writeHead(404).end();
      return;
    }
    const path = join(folders[root as keyof typeof folders], ...rest);
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}

/** WebGL on the processor, where there is no graphics card. */
const ARGUMENTS = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Runs in the page, by the model and what stands beside it. */
const SCORES = `async ({ backend, pixels, shape }) => {
  tf.wasm.setWasmPaths('/wasm/');
  if (!(await tf.setBackend(backend))) throw new Error('no backend ' + backend);
  const card = await (await fetch('/files/model/preprocessing.json')).json();
  const model = await tf.loadLayersModel('/files/model/model.json');
  const { layout, mean, scale, channelOrder } = card.input;
  if (layout !== 'NHWC' || channelOrder !== 'RGB') throw new Error(layout + channelOrder);
  const input = tf.tensor4d(pixels, shape).sub(tf.tensor1d(mean)).mul(tf.tensor1d(scale));
  const rows = [];
  for (const image of tf.split(input, shape[0])) rows.push(Array.from(await model.predict(image).data()));
  return { rows, classes: card.output.classes.length };
}`;

async function inBrowser(t: TestContext, net: NetName, of: Size, backend: string): Promise<void> {
  await using scratch = await Scratch.make();
  const { crop } = of;
  makeCheckpoint(scratch.path('checkpoint'), netShape(net, of));
  const images = scratch.path('images.npy');
  writeImages(images, 2, crop);
  const { status, stderr } = await stagecraft(scratch.folder, 'export', 'checkpoint', 'model/model.json');
  assert.equal(status, 0, stderr);
  const ours = await ourScores(await anyEngine(), scratch.path('checkpoint'), images);
  using server = await serve(scratch.folder);
  const opened = await chromium.launch({ executablePath: browser, args: ARGUMENTS });
  try {
    const page = await opened.newPage();
    await page.goto(server.url);
    const { data, shape } = readNpy(readFileSync(images));
    const asked = JSON.stringify({ backend, pixels: [...data], shape });
    const { rows, classes } = await page.evaluate<{ rows: number[][]; classes: number }>(
      `(${SCORES})(${asked})`,
    );
    assert.equal(classes, of.classes);
    assert.ok(largestDeviation(ours[0]!, ours[1]!) > 100 * TOLERANCE);
    for (const [i, scores] of ours.entries()) {
      const theirs = Float32Array.from(rows[i]!);
      const apart = largestDeviation(scores, theirs);
      t.diagnostic(`image ${i}: ${apart.toExponential(1)}`);
      assert.ok(apart <= TOLERANCE, `image ${i}: ${apart}`);
      assertSameTopFive(scores, theirs);
    }
  } finally {
    await opened.close();
  }
}

interface Size {
  readonly width: number;
  readonly crop: number;
  readonly classes: number;
  readonly pooling: 'ceil' | 'floor';
}

for (const [net, pooling, backend] of [
  ['A', 'ceil', 'cpu'],
  ['C', 'floor', 'cpu'],
  ['E', 'ceil', 'wasm'],
  ['B', 'floor', 'webgl'],
] as const)
  test(`net ${net} is loaded by a browser and gives our scores, ${pooling} pooling at a crop of 72 px, ${backend}`, async (t) => {
    await inBrowser(t, net, { width: 1 / 8, crop: 72, classes: 20, pooling }, backend);
  });

test('so is net D at full size', async (t) => {
  await inBrowser(t, 'D', { width: 1, crop: 224, classes: 1000, pooling: 'ceil' }, 'wasm');
});
