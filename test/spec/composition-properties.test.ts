import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Node, parseDocument, type Scalar, visit } from 'yaml';
import type { Plan } from '../../src/plan/plan.js';
import type { Position } from '../../src/spec/diagnostic.js';
import {
  DELETE,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  merge,
  toPlain,
  withoutDeletes,
} from '../../src/spec/located.js';
import { canonicalJson } from '../../src/util/digest.js';
import { planResult, planSpec } from './support/plan-spec.js';
import { filesBeside, SHIPPED, shippedText } from './support/shipped.js';

const at = (file: string): Position => ({ file, line: 1, column: 1, length: 1 });

/** What every map may hold: under one key always the same sort of value, and always the same kind. */
const SHAPE = { maps: ['m', 'n'], others: ['a', 'b'], lists: ['l'] } as const;

function scalar(value: string | number, file: string): Located {
  return { kind: 'scalar', at: at(file), value };
}

function layer(file: string, depth: number): fc.Arbitrary<LocatedMap> {
  const entry = (name: string, value: fc.Arbitrary<Located>) =>
    fc.option(value.map((v): [string, LocatedEntry] => [name, { key: at(file), value: v }]));
  const list = (items: readonly (string | number)[]): Located => ({
    kind: 'list',
    at: at(file),
    items: items.map((item) => scalar(item, file)),
  });
  const names: readonly string[] = [...SHAPE.maps, ...SHAPE.others, ...SHAPE.lists];
  return fc
    .tuple(
      ...SHAPE.others.map((name) =>
        entry(
          name,
          fc.nat(9).map((n) => scalar(n, file)),
        ),
      ),
      ...SHAPE.lists.map((name) => entry(name, fc.array(fc.nat(9), { maxLength: 2 }).map(list))),
      ...(depth > 0 ? SHAPE.maps.map((name) => entry(name, layer(file, depth - 1))) : []),
      entry('kind', fc.constant(scalar('train', file))),
      entry(DELETE, fc.subarray([...names], { minLength: 1 }).map(list)),
    )
    .map((entries) => ({
      kind: 'map',
      at: at(file),
      entries: new Map(entries.filter((one) => one !== null)),
    }));
}

describe('composition', () => {
  test('of three files is the same whichever two are merged first, values and places, with $delete', () => {
    fc.assert(
      fc.property(layer('a', 2), layer('b', 2), layer('c', 2), (a, b, c) => {
        const [left, right] = [merge(merge(a, b), c), merge(a, merge(b, c))];
        assert.deepEqual(withoutDeletes(left), withoutDeletes(right));
        assert.deepEqual(toPlain(left), toPlain(right));
      }),
      { numRuns: 500 },
    );
  });

  test('with a key under $delete keeps nothing of what was below, and all of what stands beside it', () => {
    fc.assert(
      fc.property(layer('a', 1), layer('b', 1), (below, above) => {
        const merged = merge(below, above) as LocatedMap;
        const deleted = above.entries.get(DELETE)?.value;
        for (const item of deleted?.kind === 'list' ? deleted.items : []) {
          assert.ok(item.kind === 'scalar');
          const name = String(item.value);
          assert.deepEqual(merged.entries.get(name), above.entries.get(name));
        }
      }),
    );
  });
});

/** Every task with its axes, in no order. */
function contentsOf({ tasks }: Plan): readonly string[] {
  return tasks.map(({ recipe, kind, labels }) => `${kind} ${canonicalJson(labels)} ${recipe}`).sort();
}

function shuffled(text: string, order: () => number): string {
  const document = parseDocument(text, { version: '1.2' });
  visit(document, {
    Map: (_, map) => {
      const keyed = map.items.map((item) => ({ item, rank: order() }));
      map.items = keyed.sort((x, y) => x.rank - y.rank).map(({ item }) => item);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Not shrunk: no seed is simpler than another. */
const seed = fc.noShrink(fc.integer({ min: 1, max: 0x7ffffffe }));

describe('the order in which the keys of maps are written', () => {
  for (const spec of SHIPPED) {
    test(`changes no recipe and no axis of ${spec}`, async () => {
      const files = Object.entries(filesBeside(spec));
      const before = (await planSpec(shippedText(spec), { beside: filesBeside(spec) })).plan;
      await fc.assert(
        fc.asyncProperty(seed, async (start) => {
          let state = start;
          const order = () => (state = (state * 48271) % 0x7fffffff);
          const beside = Object.fromEntries(files.map(([name, text]) => [name, shuffled(text, order)]));
          const { plan } = await planSpec(shuffled(shippedText(spec), order), { beside });
          assert.deepEqual(contentsOf(plan), contentsOf(before));
        }),
        { numRuns: 8 },
      );
    });
  }

  test('is, of the axes of a matrix, the order of its members, whatever they are', async () => {
    const membersOf = async (matrix: string) => {
      const text = `title: x\ndata: { kind: embedded }\nstages:\n  augmented: { kind: augment }\n  a: { kind: train, matrix: ${matrix}, net: '\${n}', S: 256, seed: '\${s}', augment: augmented }\n`;
      const { plan } = await planSpec(text);
      return plan.tasks
        .filter(({ kind }) => kind === 'train')
        .map(({ labels: { n, s } }) => `${String(n)}${String(s)}`);
    };
    assert.deepEqual(await membersOf('{ n: [A, B], s: [1, 2] }'), ['A1', 'A2', 'B1', 'B2']);
    assert.deepEqual(await membersOf('{ s: [1, 2], n: [A, B] }'), ['A1', 'B1', 'A2', 'B2']);
  });
});

/** A name that no map takes, whatever it holds. */
const UNKNOWN = '9 banana';

/** Where the keys of each map of a text begin. */
function mapStarts(text: string): readonly { readonly offset: number; readonly isFlow: boolean }[] {
  const starts: { readonly offset: number; readonly isFlow: boolean }[] = [];
  visit(parseDocument(text, { version: '1.2' }), {
    Map: (_, map) => {
      const key = map.items[0]?.key as Scalar | undefined;
      if (key) starts.push({ offset: (key as Node).range![0], isFlow: map.flow === true });
    },
  });
  return starts;
}

describe('an unknown key', () => {
  for (const spec of SHIPPED) {
    test(`in any map of ${spec} is blamed on its own line, and nothing else is`, async () => {
      const text = shippedText(spec);
      const starts = mapStarts(text);
      assert.ok(starts.length > 3);
      for (const { offset, isFlow } of starts) {
        const before = text.slice(0, offset);
        const column = offset - before.lastIndexOf('\n') - 1;
        const inserted = isFlow ? `${UNKNOWN}: 1, ` : `${UNKNOWN}: 1\n${' '.repeat(column)}`;
        const changed = before + inserted + text.slice(offset);
        const line = before.split('\n').length;
        const planned = await planResult(changed, { beside: filesBeside(spec) });
        assert.ok(!planned.ok, changed);
        const places = planned.error.diagnostics.map(({ at: place, message }) => ({
          file: place.file,
          line: place.line,
          isNamed: message.includes(`"${UNKNOWN}"`),
        }));
        assert.deepEqual(places, [{ file: 'spec.yaml', line, isNamed: true }]);
      }
    });
  }

  test('stands in maps of every depth and form in these specs', () => {
    const all = SHIPPED.flatMap((spec) => mapStarts(shippedText(spec)));
    assert.ok(all.filter(({ isFlow }) => isFlow).length > 50);
    assert.ok(all.filter(({ isFlow }) => !isFlow).length > 50);
  });
});
