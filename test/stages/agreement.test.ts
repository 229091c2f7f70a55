import assert from 'node:assert/strict';
import test from 'node:test';
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

test('on the same images the same weights agree within the tolerance, its end included, whatever the interval', () => {
  for (const [value, theirs, expected] of [
    [9.82, 9.62, 'agrees'],
    [9.62, 9.82, 'agrees'],
    [9.83, 9.62, 'differs'],
    [28.61, 28.41, 'agrees'],
    [28.2, 28.41, 'differs'],
  ] as const)
    assert.equal(verdict({ value, theirs, interval: [0, 100] }, 0.2), expected, `${value} and ${theirs}`);
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
