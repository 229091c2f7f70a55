import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine } from '../../src/nn/engine.js';
import { normals, streamKey } from '../../src/util/random.js';
import { anyEngine } from '../support/engines.js';
import { gradientsOf, type NumericCase } from '../support/numeric-case.js';
import { tinyCase, withSession, withWeights } from '../support/tiny-case.js';

/** Loss of a case with one array moved along a direction. */
function lossAt(engine: Engine, numeric: NumericCase, name: string, moved: (i: number) => number): number {
  const state = withWeights(numeric.state, (n, data) =>
    n === name ? data.map((v, i) => v + moved(i)) : data,
  );
  return withSession(engine, { ...numeric, state }, (session) =>
    session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 }),
  );
}

/** Slope of the loss along a direction, by central differences. */
function slope(engine: Engine, numeric: NumericCase, name: string, direction: (i: number) => number): number {
  // A power of two of about the cube root of float32's precision.
  const step = 2 ** -11;
  const ahead = lossAt(engine, numeric, name, (i) => step * direction(i));
  const behind = lossAt(engine, numeric, name, (i) => -step * direction(i));
  return (ahead - behind) / (2 * step);
}

for (const dropout of [0, 0.5]) {
  const numeric = tinyCase({ dropout });

  test(`gradients are slopes of the loss at dropout ${dropout}, in each array's steepest weights`, async () => {
    const engine = await anyEngine();
    for (const [name, gradient] of gradientsOf(engine, numeric)) {
      const steepest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
      for (const at of steepest.slice(0, 2)) {
        const measured = slope(engine, numeric, name, (i) => (i === at ? 1 : 0));
        const error = Math.abs(measured - gradient[at]!);
        assert.ok(
          error <= 0.05 * Math.abs(gradient[at]!) + 3e-3,
          `${name}[${at}]: ${measured}, not ${gradient[at]!}`,
        );
      }
    }
  });

  test(`gradients are slopes of the loss at dropout ${dropout}, along a random direction of each array`, async () => {
    const engine = await anyEngine();
    for (const [name, gradient] of gradientsOf(engine, numeric)) {
      const random = normals(streamKey(5, name), gradient.length, 1);
      const length = Math.hypot(...random);
      const expected = gradient.reduce((sum, g, i) => sum + (g * random[i]!) / length, 0);
      const measured = slope(engine, numeric, name, (i) => random[i]! / length);
      const norm = Math.hypot(...gradient);
      assert.ok(Math.abs(measured - expected) <= 0.02 * norm + 3e-3, `${name}: ${measured}, not ${expected}`);
    }
  });
}
