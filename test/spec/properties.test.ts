/** Composition and checks as properties, over the shipped specs and made-up maps. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseDocument, visit, type YAMLMap } from 'yaml';
import { evaluate, type Expression, parseExpression } from '../../src/spec/expression.js';
import { type Located, type LocatedMap, merge, toPlain, withoutDeletes } from '../../src/spec/located.js';
import { planResult, planSpec } from './support/plan-spec.js';

const folder = fileURLToPath(new URL('../../../experiments/', import.meta.url));
const vgg = (name: string) => readFileSync(join(folder, 'vgg', name), 'utf8');
const beside = {
  'nets.yaml': vgg('nets.yaml'),
  'paper.yaml': vgg('paper.yaml'),
  'published.yaml': vgg('published.yaml'),
  'table5.yaml': vgg('table5.yaml'),
  'table6.yaml': vgg('table6.yaml'),
};
const SHIPPED = readdirSync(join(folder, 'vgg')).filter(
  (name) => !['paper.yaml', 'published.yaml', 'table7.yaml', 'seeds.yaml'].includes(name),
);

const at = { file: 'a.yaml', line: 1, column: 1, length: 1 };

/** Maps of one shape: what is a map in one is a map in all, so that only keys come and go. */
const layer: fc.Arbitrary<LocatedMap> = fc
  .record({
    values: fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.nat(9), { noNullPrototype: true }),
    maps: fc.dictionary(
      fc.constantFrom('m', 'n'),
      fc.record({
        values: fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.nat(9), { noNullPrototype: true }),
        deleted: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 2 }),
      }),
      { noNullPrototype: true },
    ),
    deleted: fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 'm', 'n'), { maxLength: 2 }),
  })
  .map(({ values, maps, deleted }) => {
    const inner = Object.entries(maps).map(
      ([key, map]) => [key, mapOf(Object.entries(map.values).map(scalarEntry), map.deleted)] as const,
    );
    return mapOf([...Object.entries(values).map(scalarEntry), ...inner], deleted);
  });

function scalarEntry([key, value]: readonly [string, number]): readonly [string, Located] {
  return [key, { kind: 'scalar', at, value }];
}

function mapOf(entries: readonly (readonly [string, Located])[], deleted: readonly string[]): LocatedMap {
  const items = deleted.map((name): Located => ({ kind: 'scalar', at, value: name }));
  const all = deleted.length > 0 ? [...entries, ['$delete', { kind: 'list', at, items }] as const] : entries;
  return { kind: 'map', at, entries: new Map(all.map(([key, value]) => [key, { key: at, value }])) };
}

test('of three layers any two neighbours may be merged first, with what they delete', () => {
  fc.assert(
    fc.property(layer, layer, layer, (a, b, c) => {
      const left = merge(merge(a, b), c);
      const right = merge(a, merge(b, c));
      assert.deepEqual(toPlain(withoutDeletes(left)), toPlain(withoutDeletes(right)));
    }),
    { numRuns: 2000 },
  );
});

test('merging with nothing changes nothing', () => {
  fc.assert(
    fc.property(layer, (a) => {
      const nothing = mapOf([], []);
      assert.deepEqual(toPlain(withoutDeletes(merge(nothing, a))), toPlain(withoutDeletes(a)));
      assert.deepEqual(merge(a, nothing), a);
    }),
  );
});

/** Every map of a text, in the order of the file. */
function mapsOf(text: string) {
  const document = parseDocument(text);
  const maps: YAMLMap[] = [];
  visit(document, {
    Map: (_, map) => {
      maps.push(map);
    },
  });
  return { document, maps };
}

for (const name of SHIPPED) {
  test(`the order of keys in any map of ${name} changes no recipe`, async () => {
    const text = vgg(name);
    const recipes = async (spec: string, base = beside['nets.yaml']) => {
      const { plan } = await planSpec(spec, { beside: { ...beside, 'nets.yaml': base } });
      return plan.tasks.map(({ recipe }) => recipe).sort();
    };
    const reversed = (from: string) => {
      const { document, maps } = mapsOf(from);
      for (const map of maps) map.items.reverse();
      return document.toString();
    };
    const before = await recipes(text);
    assert.deepEqual(await recipes(reversed(text)), before);
    // Columns of a matrix tell the order of members, not which there are.
    if (text.includes('extends: nets.yaml'))
      assert.deepEqual(await recipes(text, reversed(beside['nets.yaml'])), before);
  });

  test(`an unknown key in any map of ${name} is found at its own line`, async () => {
    const text = vgg(name);
    const count = mapsOf(text).maps.length;
    for (let i = 0; i < count; i++) {
      const { document, maps } = mapsOf(text);
      const map = maps[i]!;
      // Where any name may stand there is no unknown one, and a name of our own would be another mistake.
      map.items.push(document.createPair('zzz-zzz', 'x'));
      map.flow = false;
      const changed = document.toString({ lineWidth: 0 });
      const line = changed.split('\n').findIndex((one) => one.includes('zzz-zzz')) + 1;
      const planned = await planResult(changed, { beside });
      if (planned.ok) assert.fail(`map ${i} takes anything:\n${String(map)}`);
      assert.ok(
        planned.error.diagnostics.some((found) => found.at.line === line),
        `${JSON.stringify(planned.error.diagnostics)}\n${changed}`,
      );
    }
  });
}

const { tree: expression } = fc.letrec<{ tree: Expression }>((self) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('number' as const), value: fc.nat(1000) }),
    fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('negate' as const), operand: self('tree') }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom('+', '-', '*', '/'),
      left: self('tree'),
      right: self('tree'),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      rule: fc.constantFrom('min', 'max'),
      operands: fc.array(self('tree'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

/** With a parenthesis around everything, for JavaScript as for us. */
function print(tree: Expression, call: string): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value);
    case 'name':
      return tree.name;
    case 'negate':
      return `(- ${print(tree.operand, call)})`;
    case 'binary':
      return `(${print(tree.left, call)} ${tree.operator} ${print(tree.right, call)})`;
    case 'call':
      return `${call}${tree.rule}(${tree.operands.map((one) => print(one, call)).join(', ')})`;
  }
}

test('arithmetic is that of JavaScript', () => {
  fc.assert(
    fc.property(expression, fc.nat(100), fc.nat(100), (tree, a, b) => {
      const text = print(tree, '');
      if (text.length > 300) return;
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the judge
      const expected = new Function('a', 'b', `return ${print(tree, 'Math.')}`)(a, b) as number;
      const parsed = parseExpression(text);
      assert.ok(parsed.ok, text);
      const result = evaluate(parsed.value, new Map([...Object.entries({ a, b })]));
      if (!Number.isFinite(expected)) assert.ok(!result.ok, `${text} is ${JSON.stringify(result)}`);
      else if (result.ok) assert.equal(Number(result.value) + 0, expected + 0, text);
      // JavaScript goes on from 1 / 0, as in 1 / (1 / 0): here a number that is none is a mistake at once.
      else assert.match(result.error.message, /divides by 0|finite/i, text);
    }),
    { numRuns: 2000 },
  );
});

test('without parentheses, products come before sums and both go from left to right', () => {
  const value = (text: string) => {
    const parsed = parseExpression(text);
    assert.ok(parsed.ok);
    const result = evaluate(
      parsed.value,
      new Map<string, string | number>([
        ['S', '256..512'],
        ['T', '256..511'],
      ]),
    );
    return result.ok ? result.value : result.error.message;
  };
  assert.equal(value('1 - 2 - 3 * 4 / 2 + -1'), -8);
  assert.deepEqual(
    ['min(S)', 'max(S)', 'mid(S)', 'mid(T)', 'mid(384)', 'around(S)', 'around(384)', 'round(2.5)'].map(value),
    [256, 512, 384, 384, 384, [256, 384, 512], [352, 384, 416], 3],
  );
});

for (const name of ['constructor', 'hasOwnProperty', '__proto__', 'toString']) {
  test(`a stage or group called ${name} that is not there is a mistake with a place, and no crash`, async () => {
    const text = `title: t\ndata: { kind: embedded }\nstages:\n  e: { kind: ensemble, over: g, by: [] }\ngroups:\n  g: { concat: [${name}] }\n`;
    const planned = await planResult(text);
    assert.ok(!planned.ok && planned.error.diagnostics.some(({ at }) => at.line === 6));
  });
}
