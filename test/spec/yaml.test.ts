import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { locate, toPlain } from '../../src/spec/located.js';
import { parseYaml } from '../../src/spec/parse.js';
import { memberValues } from './support/plan-spec.js';

function parse(text: string) {
  const parsed = parseYaml('a.yaml', text);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.value.mistakes, []);
  return parsed.value.tree;
}

const plain = (text: string) => toPlain(parse(text));

describe('the language is YAML 1.2', () => {
  test('in which JSON is written as it is', async () => {
    const values = await memberValues(
      JSON.stringify(
        { title: 'JSON', data: { kind: 'embedded' }, stages: { a: { kind: 'augment', mirror: false } } },
        null,
        '\t',
      ),
      'a',
    );
    assert.equal(values['mirror'], false);
  });

  test('in which yes, no, on, off and NO are words', () => {
    assert.deepEqual(plain('a: [yes, no, on, off, NO]'), { a: ['yes', 'no', 'on', 'off', 'NO'] });
  });

  test('in which numbers are as they look, and dates and 1_000 are words', () => {
    assert.deepEqual(plain('a: [0777, 1e-3, 0x10, -0.5, 1_000, 2014-09-04]'), {
      a: [777, 0.001, 16, -0.5, '1_000', '2014-09-04'],
    });
  });

  test('in which an alias is the value that it names', () => {
    assert.deepEqual(plain('a: &x { b: [1] }\nc: *x\n'), { a: { b: [1] }, c: { b: [1] } });
  });

  test('in which a number may be a key, and a key without a value is null', () => {
    assert.deepEqual(plain('256: 96\nempty:\n'), { 256: 96, empty: null });
  });

  test('in which a byte-order mark and carriage returns are no part of the text', () => {
    const tree = parse('\uFEFFa: 1\r\nb: 2\r\n');
    assert.deepEqual(toPlain(tree), { a: 1, b: 2 });
    assert.equal(locate(tree, ['b'])?.key.line, 2);
  });
});

describe('places', () => {
  const tree = parse('a: { b: [10, "twenty"] }\n  # comment\nc: &x\n  d: 1\ne: *x\n');
  const place = (...path: string[]) => {
    const { key, value } = locate(tree, path)!;
    return [key, value.at].map(({ file, line, column, length }) => [file, line, column, length].join(' '));
  };

  test('of keys and values have line, column and length', () => {
    assert.deepEqual(place('a', 'b'), ['a.yaml 1 6 1', 'a.yaml 1 9 14']);
    assert.deepEqual(place('a', 'b', '1'), ['a.yaml 1 14 8', 'a.yaml 1 14 8']);
  });

  test('of what an alias stands for are those of its anchor, where it is written', () => {
    assert.deepEqual(place('e', 'd'), ['a.yaml 4 3 1', 'a.yaml 4 6 1']);
  });
});
