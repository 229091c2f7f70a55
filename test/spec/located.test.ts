import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Position } from '../../src/spec/diagnostic.js';
import {
  type Located,
  type LocatedEntry,
  locate,
  mapScalars,
  merge,
  nearest,
  placesIn,
  toPlain,
} from '../../src/spec/located.js';

const position: fc.Arbitrary<Position> = fc
  .tuple(fc.constantFrom('spec.yaml', '--set a=1'), fc.nat(99), fc.nat(99))
  .map(([file, line, column]) => ({ file, line: line + 1, column: column + 1, length: 1 }));

/** Objects as our code makes them. */
const plain = { noNullPrototype: true };

/** Few keys, so that maps share some; `kind` among them. */
const { tree } = fc.letrec<{ tree: Located }>((self) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.record(
      {
        kind: fc.constant('scalar' as const),
        at: position,
        value: fc.constantFrom('train', 'evaluate', 1, true, null),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('list' as const),
        at: position,
        items: fc.array(self('tree'), { maxLength: 3 }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('map' as const),
        at: position,
        entries: fc
          .array(
            fc.tuple(
              fc.constantFrom('kind', 'a', 'b', 'c'),
              fc.record({ key: position, value: self('tree') }, plain),
            ),
            { maxLength: 4 },
          )
          .map((entries) => new Map<string, LocatedEntry>(entries)),
      },
      plain,
    ),
  ),
}));

const map = tree.filter((located) => located.kind === 'map');
const flat = fc
  .tuple(position, fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), position, fc.nat(9))))
  .map(([at, entries]): Located => {
    const member = (key: Position, value: number) => ({
      key,
      value: { kind: 'scalar' as const, at: key, value },
    });
    return {
      kind: 'map',
      at,
      entries: new Map(entries.map(([name, key, value]) => [name, member(key, value)])),
    };
  });

describe('merge', () => {
  test('with itself, and with an empty map on either side, changes no value', () => {
    fc.assert(
      fc.property(map, position, (located, at) => {
        const empty: Located = { kind: 'map', at, entries: new Map() };
        assert.deepEqual(merge(located, located), located);
        assert.deepEqual(merge(located, empty), located);
        assert.deepEqual(toPlain(merge(empty, located)), toPlain(located));
      }),
    );
  });

  test('of three maps of scalars is the same whichever two are merged first', () => {
    fc.assert(
      fc.property(flat, flat, flat, (a, b, c) => {
        assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)));
      }),
    );
  });

  test('has the keys of both, and at each key of the upper its value or a merger with it', () => {
    fc.assert(
      fc.property(map, map, (base, over) => {
        const merged = merge(base, over);
        assert.ok(merged.kind === 'map');
        const kinds = [base, over].map((m) => m.entries.get('kind')?.value);
        const replaced =
          kinds.every((kind) => kind?.kind === 'scalar') &&
          (kinds[0] as { value: unknown }).value !== (kinds[1] as { value: unknown }).value;
        const keys = replaced ? [...over.entries.keys()] : [...base.entries.keys(), ...over.entries.keys()];
        assert.deepEqual(new Set(merged.entries.keys()), new Set(keys));
        for (const [key, entry] of over.entries) {
          const now: LocatedEntry | undefined = locate(merged, [key]);
          assert.equal(now?.key, entry.key);
          if (entry.value.kind !== 'map') assert.equal(now.value, entry.value);
        }
      }),
    );
  });

  test('changes neither of its arguments', () => {
    fc.assert(
      fc.property(tree, tree, (base, over) => {
        const before = structuredClone([base, over]);
        merge(base, over);
        assert.deepEqual([base, over], before);
      }),
    );
  });
});

describe('paths', () => {
  test('locate finds each value under its path, and nearest its closest ancestor', () => {
    const check = (root: Located, path: readonly string[], value: Located): void => {
      assert.equal(locate(root, path)?.value, value);
      assert.equal(nearest(root, [...path, 'absent', '7']).value, value);
      if (value.kind === 'list')
        value.items.forEach((item, i) => {
          check(root, [...path, String(i)], item);
        });
      if (value.kind === 'map')
        for (const [key, entry] of value.entries) check(root, [...path, key], entry.value);
    };
    fc.assert(
      fc.property(tree, (root) => {
        check(root, [], root);
      }),
    );
  });

  test('mapScalars reaches every scalar and nothing else', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const text = mapScalars(root, (scalar) => ({ ...scalar, value: 'x' }));
        const replaced = JSON.stringify(toPlain(root)).replaceAll(
          /(?<![\w"])(null|true|1)(?!\w)|"(train|evaluate)"/g,
          '"x"',
        );
        assert.equal(JSON.stringify(toPlain(text)), replaced);
        assert.deepEqual(placesIn(text), placesIn(root));
      }),
    );
  });
});
