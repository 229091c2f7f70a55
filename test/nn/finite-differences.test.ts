import test from 'node:test';
import { anyEngine } from '../support/engines.js';
import { tinyCase } from '../support/tiny-case.js';
import { assertGradientsAreSlopes, withoutExactKinks } from './support/slopes.js';

for (const dropout of [0, 0.5]) {
  test(`gradients are slopes of the loss at dropout ${dropout}, in each array's steepest weights`, async () => {
    assertGradientsAreSlopes(await anyEngine(), withoutExactKinks(tinyCase({ dropout })));
  });
}
