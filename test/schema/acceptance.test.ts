/** The editor's schema against the validator: what specs say rightly, no editor underlines. */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { planResult } from '../spec/support/plan-spec.js';
import { type Schema, SHIPPED, storedText, strictAjv } from './support/schemas.js';

const validate = strictAjv().compile(JSON.parse(storedText('experiment.schema.json')) as Schema);
const beside = Object.fromEntries([...SHIPPED].map(([path, text]) => [basename(path), text]));
const specs = Object.values(beside).filter((text) => text.includes('experiment.schema.json'));

const accepts = (text: string) => validate(parse(text));

type Path = readonly (string | number)[];

/** Every place in a value, the whole apart. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = [...path, Array.isArray(value) ? Number(key) : key];
    return [inner, ...placesIn(member, inner)];
  });
}

/** What specs are made of, at places where it belongs and where it does not. */
const pieces = fc.constantFrom<unknown>(
  ...[0, 1, -1, 0.5, 256, true, null, '', 'D', 'train', 'fc', 'dense', 'any', 'image-folder', '256..512'],
  ...['${epochs}', '${S}', '${around(S)}', '${S}/${S}', '${net}'],
  ...[[], {}, ['D'], [256, 384], ['net', 'S'], [['a']], { $delete: ['S'] }, { from: 'a' }, { $delete: [1] }],
  ...[{ $delete: 'S' }, { map: { $delete: [256] } }],
  ...[{ layers: 'fc' }, { root: 'x' }, { kind: 'embedded' }, { net: ['D'] }, { kind: 'steps', factor: 0.5 }],
  ...['conv3-64', { kind: 'lrn' }, { kind: 'conv', filter: 3, filters: 8 }, { crop: 64 }],
);

const keys = fc.constantFrom(
  ...['kind', 'S', 'Q', 'net', 'init', 'matrix', 'where', 'from', 'each', 'over', 'by', 'labels', 'weights'],
  ...['$delete', 'reuse', 'limits', 'scales', 'nets', 'datasets', 'axes', 'concat', 'columns', 'paperRows'],
  ...['train', 'exclude', 'zip', 'root', 'name', 'expect', 'schedule', 'layers', 'data', 'description'],
);

const change = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('replace', 'remove', 'add'),
  key: keys,
  value: pieces,
});

function changed(
  spec: object,
  changes: readonly { at: number; what: string; key: string; value: unknown }[],
) {
  for (const { at, what, key, value } of changes) {
    const places = placesIn(spec);
    const path = places[at % places.length]!;
    const parent = path.slice(0, -1).reduce<unknown>((inner, part) => (inner as never)[part], spec);
    const last = path.at(-1)!;
    const holder = parent as Record<string | number, unknown>;
    if (what === 'remove') {
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else Reflect.deleteProperty(holder, last);
    } else if (what === 'replace') holder[last] = value;
    else if (Array.isArray(parent)) parent.push(value);
    else holder[key] = value;
  }
}

const PROFILES = ['smoke', 'demo', 'imagenette', 'paper'];

/** Whether a spec is right in every profile that it has, or that it takes over. */
async function isRight(text: string): Promise<boolean> {
  const { extends: base, profiles = {} } = parse(text) as { extends?: unknown; profiles?: object | null };
  const names = base === undefined ? Object.keys(profiles ?? {}) : PROFILES;
  for (const profile of names.length > 0 ? names : [undefined]) {
    const planned = await planResult(text, { beside, ...(profile !== undefined && { profile }) });
    if (!planned.ok) return false;
  }
  return true;
}

test('what the validator accepts, the editor accepts', async () => {
  const changes = fc.array(change, { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...specs), changes, async (text, list) => {
      const spec = parse(text) as object;
      changed(spec, list);
      const written = stringify(spec);
      if (accepts(written)) return;
      // The validator passes over an expression where a map must stand, and takes it for no map at all.
      if (/^ *(matrix|labels): \S*\$\{/m.test(written)) return;
      const errors = JSON.stringify(validate.errors);
      assert.equal(await isRight(written), false, `${errors}\n${written}`);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

describe('an editor', () => {
  const head = 'title: x\ndata: { kind: embedded }\n';
  const stages = `${head}stages:\n  g: { kind: augment }\n  a: { kind: train, net: A, S: 256, augment: g }\n`;
  const withStage = (keys: string) => `${stages}  b: { ${keys} }\n`;

  test('accepts an expression wherever a number, a word of a list, text or true may stand', () => {
    for (const keys of [
      "kind: evaluate, from: a, Q: '${around(S)}', mirror: '${mirror}', method: '${method}'",
      "kind: train, net: '${net}', S: '${low}..${high}', augment: '${g}', epochs: '${epochs}'",
      "kind: train, net: A, S: 256, augment: g, schedule: { kind: steps, at: ['${at}'] }",
      "kind: '${kind}', net: A",
    ])
      assert.equal(accepts(withStage(keys)), true, `${keys}: ${JSON.stringify(validate.errors)}`);
    assert.equal(accepts(`${stages}limits: { train: '\${images}' }`), true);
    assert.equal(accepts(`${stages}reuse: '\${reuse}'`), true);
  });

  test('refuses other text there, wrong keys, keys of another kind, and expressions in profiles', () => {
    for (const keys of [
      'kind: evaluate, from: a, Q: large',
      'kind: evaluate, from: a, Q: 256, miror: true',
      'kind: evaluate, from: a, Q: 256, over: a',
      'kind: evaluate, from: a, Q: 256, method: denser',
      'kind: trian, net: A',
      'kind: train, net: A, S: 256, augment: g, epochs: many',
      'kind: train, net: A, S: 256, augment: g, schedule: { kind: steps, at: [2] }',
      'net: A, S: 256',
      'kind: augment, matrix: { net: 3 }',
    ])
      assert.equal(accepts(withStage(keys)), false, keys);
    assert.equal(accepts(stages), true);
    for (const more of [
      'titel: x',
      "profiles: { demo: { limits: { train: '${images}' } } }",
      'profiles: { demo: { data: { kind: image-folder, root: 5 } } }',
      'profiles: { demo: { stages: {} } }',
      'nets: { tiny: { layers: [{ kind: lrn, beta: x }] } }',
      'tables: { t: { rows: a, columns: top1 } }',
    ])
      assert.equal(accepts(`${stages}${more}\n`), false, more);
    assert.equal(accepts(stages.replace('kind: embedded', 'kind: imbedded')), false);
    assert.equal(accepts(stages.replace('title: x\n', '')), false);
  });

  test('accepts a part of a stage, a set or a table where the rest may come from another file', () => {
    const parts = [
      'stages: { a: { S: 384 }, b: { $delete: [init] } }',
      'data: { root: elsewhere }',
      'tables: { t: { columns: [net, top1] } }',
      'groups: { g: { axes: [net] } }',
      'defaults: { train: { init: { layers: fc } } }',
      '$delete: [tables]',
    ];
    for (const part of parts)
      assert.equal(
        accepts(`extends: nets.yaml\n${part}\n`),
        true,
        `${part}: ${JSON.stringify(validate.errors)}`,
      );
    assert.equal(accepts('extends: nets.yaml\nstages: { a: { trane: 3 } }\n'), false);
  });
});
