/**
 * PyTorch's numbers for one case, kept so that every test run is held against them; written by
 * `UPDATE_GOLDEN=1 TORCH_PYTHON=python3 node --test build/test/judges/torch.judge.js`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { availableBackends, engineOf } from '../support/engines.js';
import { gradientsOf, largestDeviation, numericCase, trainCase } from '../support/numeric-case.js';

interface Golden {
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, { readonly norm: number; readonly first: readonly number[] }>>;
  readonly scores: readonly number[];
}

const FILE = new URL('../../../test/golden/torch-net-a.json', import.meta.url);
const golden = JSON.parse(readFileSync(FILE, 'utf8')) as Golden;
const numeric = numericCase();

for (const backend of availableBackends()) {
  test(`${backend} finds the losses, gradients and dense scores that PyTorch found`, async () => {
    const engine = await engineOf(backend);
    for (const [i, loss] of trainCase(engine, numeric).losses.entries()) {
      assert.ok(Math.abs(loss - golden.losses[i]!) <= 1e-4 * golden.losses[i]!, `loss ${i}: ${loss}`);
    }
    const gradients = gradientsOf(engine, numeric);
    assert.deepEqual([...gradients.keys()], Object.keys(golden.gradients));
    for (const [name, { norm, first }] of Object.entries(golden.gradients)) {
      const ours = gradients.get(name)!;
      assert.ok(Math.abs(Math.hypot(...ours) - norm) <= 1e-4 * norm, `norm of ${name}`);
      for (const [i, value] of first.entries()) {
        assert.ok(Math.abs(ours[i]! - value) <= 1e-4 * norm, `${name}[${i}]: ${ours[i]!}, not ${value}`);
      }
    }
    const session = engine.open(numeric.net, numeric.state);
    const scores = session.scoreMap(numeric.dense).data;
    session.close();
    assert.equal(scores.length, golden.scores.length);
    assert.ok(largestDeviation(scores, Float32Array.from(golden.scores)) <= 1e-4);
  });
}
