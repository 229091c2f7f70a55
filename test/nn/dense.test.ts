import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine, ImageBatch } from '../../src/nn/engine.js';
import { positionsAlong } from '../../src/nn/net.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { largestDeviation, type NumericCase, numericCase, randomImages } from '../support/numeric-case.js';
import { crossEntropy, tinyCase, withSession, withWeights } from '../support/tiny-case.js';

/** A square part of each image of a batch. */
function crops(batch: ImageBatch, top: number, left: number, side: number): ImageBatch {
  const data = new Float32Array(batch.count * side * side * 3);
  for (let image = 0; image < batch.count; image++)
    for (let y = 0; y < side; y++) {
      const from = ((image * batch.height + top + y) * batch.width + left) * 3;
      data.set(batch.data.subarray(from, from + side * 3), (image * side + y) * side * 3);
    }
  return { count: batch.count, height: side, width: side, data };
}

function scoresOf(engine: Engine, numeric: NumericCase, images: ImageBatch) {
  return withSession(engine, numeric, (session) => session.scoreMap(images));
}

for (const backend of availableBackends()) {
  test(`${backend}: at the training crop the dense net is the net that is trained`, async () => {
    const engine = await engineOf(backend);
    for (const numeric of [tinyCase(), numericCase({ width: 1 / 32 })]) {
      const map = scoresOf(engine, numeric, numeric.batch);
      assert.deepEqual([map.rows, map.columns], [1, 1]);
      const loss = withSession(engine, numeric, (session) =>
        session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 }),
      );
      assert.ok(Math.abs(loss / crossEntropy(map, numeric.labels) - 1) < 1e-5);
    }
  });

  test(`${backend}: a map has the positions that the net says, as pools round up or down`, async () => {
    const engine = await engineOf(backend);
    for (const pooling of ['ceil', 'floor'] as const) {
      const numeric = numericCase({ width: 1 / 64, crop: 32, classes: 3, pooling });
      for (const [height, width] of [
        [32, 33],
        [63, 97],
        [64, 95],
      ] as const) {
        const map = scoresOf(engine, numeric, randomImages(1, height, width, 'positions'));
        const expected = [height, width].map((px) => positionsAlong(numeric.net, px));
        assert.deepEqual([map.rows, map.columns], expected, `${height} x ${width}, ${pooling}`);
        assert.equal(map.data.length, map.rows * map.columns * 3);
      }
    }
  });

  test(`${backend}: where padding plays no part, each position is the crop 32 px further`, async () => {
    const engine = await engineOf(backend);
    const numeric = numericCase({ width: 1 / 32, classes: 5 });
    // Filters that only see their centre never see the padding.
    const state = withWeights(numeric.state, (name, data) => {
      if (!/^conv.*weight$/.test(name)) return data;
      const tap = data.length / 9;
      return data.map((v, i) => (Math.floor(i / tap) === 4 ? 3 * v : 0));
    });
    const images = randomImages(2, 128, 160, 'interior');
    const map = scoresOf(engine, { ...numeric, state }, images);
    assert.deepEqual([map.rows, map.columns], [3, 4]);
    for (let row = 0; row < map.rows; row++) {
      for (let column = 0; column < map.columns; column++) {
        const crop = scoresOf(engine, { ...numeric, state }, crops(images, 32 * row, 32 * column, 64));
        const position = new Float32Array(map.count * map.classes);
        for (let image = 0; image < map.count; image++) {
          const at = ((image * map.rows + row) * map.columns + column) * map.classes;
          position.set(map.data.subarray(at, at + map.classes), image * map.classes);
        }
        assert.ok(largestDeviation(position, crop.data) < 1e-4, `row ${row}, column ${column}`);
      }
    }
  });
}

test('images of a batch do not see each other', async () => {
  const engine = await engineOf(availableBackends()[0]!);
  const numeric = tinyCase();
  const both = randomImages(2, 70, 99, 'pair');
  const size = 70 * 99 * 3;
  const map = scoresOf(engine, numeric, both);
  for (const image of [0, 1]) {
    const alone = { ...both, count: 1, data: both.data.subarray(image * size, (image + 1) * size) };
    const expected = scoresOf(engine, numeric, alone).data;
    const ours = map.data.subarray(image * expected.length, (image + 1) * expected.length);
    assert.ok(largestDeviation(ours, expected) < 1e-5);
  }
});
