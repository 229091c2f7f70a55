import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseShortLayer, SHORT_LAYER_PATTERN } from '../../src/nn/layer-spec.js';
import { NETS } from '../../src/nn/nets.js';

test('short strings are layers', () => {
  const parsed = (text: string) => {
    const result = parseShortLayer(text);
    return result.ok ? result.value : result.error;
  };
  assert.deepEqual(parsed('conv3-64'), { kind: 'conv', filter: 3, filters: 64 });
  assert.deepEqual(parsed('conv1-256'), { kind: 'conv', filter: 1, filters: 256 });
  assert.deepEqual(parsed('conv5-64'), { kind: 'conv', filter: 5, filters: 64 });
  assert.deepEqual(parsed('maxpool'), { kind: 'pool' });
  assert.deepEqual(parsed('lrn'), { kind: 'lrn' });
});

test('a filter without a centre is refused with the sides that are allowed', () => {
  assert.deepEqual(parseShortLayer('conv4-64'), {
    ok: false,
    error: { reason: 'filter-side', text: 'conv4-64', side: 4, allowed: [1, 3, 5, 7, 9, 11] },
  });
});

test('what is no layer is refused with its text', () => {
  for (const text of [
    '',
    'conv',
    'conv3',
    'conv3-0',
    'conv3-064',
    'conv3x3-64',
    'Conv3-64',
    ' lrn',
    'max-pool',
  ])
    assert.deepEqual(parseShortLayer(text), { ok: false, error: { reason: 'unknown-form', text } });
});

test('the pattern accepts what the parser accepts, and nothing else', () => {
  const pattern = new RegExp(SHORT_LAYER_PATTERN);
  const near = fc.stringMatching(/^(conv[0-9]{0,2}-?[0-9]{0,6}|max-?pool|lrn.?)$/);
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (text) => {
      assert.equal(pattern.test(text), parseShortLayer(text).ok);
    }),
  );
  for (const layers of Object.values(NETS)) for (const layer of layers) assert.match(layer, pattern);
});
