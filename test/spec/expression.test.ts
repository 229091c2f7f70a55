import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { evaluate, parseExpression, type Value } from '../../src/spec/expression.js';

/** An expression as it is generated, written down and worked out here, by other code than ours. */
type Tree =
  | { readonly number: number }
  | { readonly name: string }
  | { readonly negated: Tree }
  | { readonly operator: '+' | '-' | '*' | '/'; readonly left: Tree; readonly right: Tree }
  | { readonly rule: 'min' | 'max' | 'mid' | 'round'; readonly operands: readonly Tree[] };

const SCOPE: Readonly<Record<string, number>> = { S: 256, Q: 384, epochs: 74, rate: 0.01, low: -32, zero: 0 };

const number = fc.oneof(fc.nat(1000), fc.double({ min: 0, max: 1e6, noNaN: true }));

const { tree } = fc.letrec<{ tree: Tree }>((self) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    number.map((value) => ({ number: value })),
    fc.constantFrom(...Object.keys(SCOPE)).map((name) => ({ name })),
    self('tree').map((negated) => ({ negated })),
    fc.record({
      operator: fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const),
      left: self('tree'),
      right: self('tree'),
    }),
    fc.record({
      rule: fc.constantFrom('min' as const, 'max' as const, 'mid' as const),
      operands: fc.array(self('tree'), { minLength: 1, maxLength: 3 }),
    }),
    self('tree').map((operand) => ({ rule: 'round' as const, operands: [operand] })),
  ),
}));

/** How tightly a tree holds together: a looser one inside a tighter one stands in parentheses, and only then. */
function strength(node: Tree): number {
  if ('operator' in node) return '+-'.includes(node.operator) ? 1 : 2;
  return 'negated' in node ? 3 : 4;
}

function written(node: Tree): string {
  const within = (inner: Tree, least: number) =>
    strength(inner) < least ? `(${written(inner)})` : written(inner);
  if ('number' in node) return String(node.number);
  if ('name' in node) return node.name;
  if ('negated' in node) return `- ${within(node.negated, 3)}`;
  if ('rule' in node) return `${node.rule}(${node.operands.map(written).join(', ')})`;
  const own = strength(node);
  return `${within(node.left, own)} ${node.operator} ${within(node.right, own + 1)}`;
}

/** Undefined where something on the way divides by 0 or is no finite number. */
function workedOut(node: Tree): number | undefined {
  if ('number' in node) return node.number;
  if ('name' in node) return SCOPE[node.name];
  if ('negated' in node) {
    const value = workedOut(node.negated);
    return value === undefined ? undefined : -value;
  }
  const parts = 'rule' in node ? node.operands : [node.left, node.right];
  const values = parts.map(workedOut);
  if (values.some((value) => value === undefined)) return undefined;
  const numbers = values as number[];
  const [a, b] = numbers as [number, number];
  if ('rule' in node) return RULES[node.rule](...numbers);
  if (node.operator === '/' && b === 0) return undefined;
  const value = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[node.operator];
  return Number.isFinite(value) ? value : undefined;
}

const half = (value: number) => Math.floor(value + 0.5);

const RULES: Readonly<Record<'min' | 'max' | 'mid' | 'round', (...values: readonly number[]) => number>> = {
  min: (...values) => Math.min(...values),
  max: (...values) => Math.max(...values),
  mid: (...values) =>
    values.length === 1 ? values[0]! : half((Math.min(...values) + Math.max(...values)) / 2),
  round: (...values) => half(values[0]!),
};

function result(text: string, scope: Readonly<Record<string, Value>> = SCOPE) {
  const expression = parseExpression(text);
  if (!expression.ok) return expression;
  return evaluate(expression.value, new Map(Object.entries(scope)));
}

function value(text: string, scope?: Readonly<Record<string, Value>>): Value {
  const found = result(text, scope);
  assert.ok(found.ok, JSON.stringify(found));
  return found.value;
}

function message(text: string, scope?: Readonly<Record<string, Value>>): string {
  const found = result(text, scope);
  assert.ok(!found.ok, JSON.stringify(found));
  return found.error.message;
}

describe('arithmetic', () => {
  test('comes to what JavaScript makes of the same text, or is refused where a step has no finite value', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const text = written(node);
        const [ours, expected] = [result(text), workedOut(node)];
        if (!ours.ok && ours.error.message === 'The expression is too long.') return;
        assert.equal(ours.ok, expected !== undefined, text);
        if (!ours.ok) return;
        assert.equal(ours.value, expected, text);
        assert.equal(ours.value, runInNewContext(text, { ...SCOPE, ...RULES }), text);
      }),
      { numRuns: 1000 },
    );
  });

  test('binds * and / before + and -, goes from left to right, and negates first of all', () => {
    assert.equal(value('2 + 3 * 4 - 10 / 5'), 12);
    assert.equal(value('100 - 10 - 1'), 89);
    assert.equal(value('64 / 4 / 2'), 8);
    assert.equal(value('-2 * 3'), -6);
    assert.equal(value('- -2'), 2);
    assert.equal(value('(2 + 3) * 4'), 20);
    assert.equal(value('1.5e2 + 2E+1'), 170);
  });

  test('does not depend on blanks', () => {
    assert.equal(value(' ( S+Q )*2-\tmin( 1 ,2)\n'), value('(S + Q) * 2 - min(1, 2)'));
  });
});

describe('rules', () => {
  test('around a number are its two neighbours 32 px away; around a range its ends and its middle', () => {
    assert.deepEqual(value('around(S)'), [224, 256, 288]);
    assert.deepEqual(value('around(S)', { S: '256..512' }), [256, 384, 512]);
  });

  test('of a range are its ends and its middle, a half rounded up', () => {
    const of = (range: string) => ['min', 'mid', 'max'].map((rule) => value(`${rule}(S)`, { S: range }));
    assert.deepEqual(of('256..512'), [256, 384, 512]);
    assert.deepEqual(of('256..511'), [256, 384, 511]);
    assert.deepEqual(of('256..257'), [256, 257, 257]);
  });

  test('round half a number up, also below 0', () => {
    assert.deepEqual(
      ['2.5', '-2.5', '2.4', '-2.6', '0'].map((text) => value(`round(${text})`)),
      [3, -2, 2, -3, 0],
    );
  });

  test('take a range alone, and refuse it beside a number', () => {
    const scope = { S: '256..512' };
    assert.equal(value('max(S) - min(S)', scope), 256);
    assert.equal(message('min(S, 300)', scope), '"min" wants a number, but "256..512" is a range.');
    assert.equal(message('around(S, S)', scope), '"around" wants a number, but "256..512" is a range.');
    assert.equal(message('round(1, 2)'), '"round" takes one value, but has 2.');
  });
});

describe('nothing but arithmetic', () => {
  test('is read as such: whatever the text, it comes to a value or to a mistake with a way out', () => {
    const pieces = ['S', '1', '0', '.5', '+', '-', '*', '/', '(', ')', ',', 'min', 'around', ' ', '[', '"'];
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const found = result(source);
        if (found.ok) {
          const numbers = [found.value].flat();
          assert.ok(
            numbers.every((one) => typeof one === 'number' && Number.isFinite(one)),
            source,
          );
        } else {
          assert.match(found.error.message, /\.$/);
          assert.notEqual(found.error.help, '');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('runs: names of JavaScript are names like any other', () => {
    for (const name of ['constructor', 'toString', 'process', 'globalThis', 'hasOwnProperty']) {
      assert.equal(message(name), `There is no variable or axis "${name}".`);
      assert.equal(message(`${name}(1)`), `There is no rule "${name}".`);
      assert.equal(value(name, { [name]: 3 }), 3);
    }
  });
});
