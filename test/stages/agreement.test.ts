import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Unlike } from '../../src/run/table.js';
import type { PaperTable } from '../../src/spec/paper-table.js';
import { agreementOf, type Compared } from '../../src/stages/table/agreement.js';

const paper = (tolerance?: number): PaperTable => ({
  ...{ caption: 'Others', columns: ['net', 'top1'], rows: [['D', 28.4]] },
  ...(tolerance !== undefined && { tolerance }),
});
const images: Unlike = { what: 'images', ours: '5000', paper: '50000' };

function verdict(compared: Partial<Compared>, tolerance?: number) {
  const all = { value: 28, interval: [27, 29], theirs: 28, unlike: [], ...compared } as const;
  return agreementOf(all, paper(tolerance));
}

test('on the same images the same weights agree within the tolerance, whatever the interval', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.integer({ min: -300, max: 300 }),
      (tolerance, tenths) => {
        const theirs = 28 + tenths / 100;
        const expected = Math.abs(28 - theirs) <= tolerance ? 'agrees' : 'differs';
        assert.equal(verdict({ theirs }, tolerance), expected);
      },
    ),
  );
});

test('on a part of the images they agree within the tolerance of the interval', () => {
  assert.equal(verdict({ theirs: 29.3, unlike: [images] }, 0.3), 'agrees');
  assert.equal(verdict({ theirs: 29.4, unlike: [images] }, 0.3), 'differs');
  assert.equal(verdict({ theirs: 26.7, unlike: [images] }, 0.3), 'agrees');
  assert.equal(verdict({ theirs: 26.6, unlike: [images] }, 0.3), 'differs');
});

test('nothing is said without a tolerance, without a number, of other images, or of what was measured otherwise', () => {
  assert.equal(verdict({}), undefined);
  assert.equal(verdict({ theirs: null }, 1), undefined);
  assert.equal(verdict({ unlike: null }, 1), undefined);
  assert.equal(verdict({ unlike: [{ ...images, ours: '60000' }] }, 1), undefined);
  assert.equal(verdict({ unlike: [images, { what: 'crop', ours: '64', paper: '224' }] }, 1), undefined);
});
