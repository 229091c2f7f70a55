/** The code behind each stage kind, beside its version: see "Versions of stage kinds" in CONTRIBUTING.md. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { STAGE_MODULES } from '../../src/worker-container.js';
import type { File } from '../support/architecture.js';
import { Closures, type Code, type Entries, type Entry, problem, updated } from '../support/closures.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const WRITTEN = join(root, 'test/stages/closures.json');

const FILES = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path): File => ({ path, text: readFileSync(join(root, 'src', path), 'utf8') }));

const CLOSURES = new Closures(FILES);

/** Kinds that do something; of the others there are no results. */
const KINDS = BUILT_IN_KINDS.definitions.filter(({ kind }) => kind in STAGE_MODULES);

/** The kind's own files, and what the worker puts behind the ports that they use. */
function rootsOf({ kind, usesEngine, readsImages }: (typeof KINDS)[number]): readonly string[] {
  const own = FILES.map(({ path }) => path).filter((path) => path.startsWith(`stages/${kind}/`));
  return [
    ...own.filter((path) => !path.endsWith('/module.ts')),
    ...(usesEngine ? ['nn/open-engine.ts'] : []),
    ...(readsImages ? ['data/datasets/built-in.ts'] : []),
  ];
}

function codeOf(definition: (typeof KINDS)[number]): Code {
  return { version: definition.version, closure: CLOSURES.digest(rootsOf(definition)) };
}

const written = JSON.parse(readFileSync(WRITTEN, 'utf8')) as Entries;
if (process.env['UPDATE_GOLDEN'] === '1') {
  const entries = KINDS.map((definition) => {
    const entry = updated(written[definition.kind], codeOf(definition));
    return [definition.kind, entry] as const;
  });
  writeFileSync(WRITTEN, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
const entries = JSON.parse(readFileSync(WRITTEN, 'utf8')) as Entries;

describe('the code of a kind changes together with its version, or with a word of why no result changes:', () => {
  for (const definition of KINDS) {
    test(definition.kind, () => {
      const wrong = problem(definition.kind, entries[definition.kind], codeOf(definition));
      assert.ok(wrong === undefined, wrong);
    });
  }

  test('every kind that does something is written down, and no other', () => {
    assert.deepEqual(
      Object.keys(entries),
      KINDS.map(({ kind }) => kind),
    );
  });
});

test('behind a kind stands what its worker loads: the nets, the images, the arithmetic, and no other kind', () => {
  const behind = new Map(KINDS.map((kind) => [kind.kind, CLOSURES.reachable(rootsOf(kind))]));
  for (const [kind, files] of behind)
    assert.deepEqual(
      files.filter((path) => /^stages\/(?!built-in)/.test(path) && !path.startsWith(`stages/${kind}/`)),
      [],
    );
  const has = (kind: string, path: string) => behind.get(kind)!.includes(path);
  for (const kind of ['train', 'evaluate']) {
    for (const path of [
      'nn/ops-session.ts',
      'nn/ops/tensorflow-ops.ts',
      'nn/ops/tfjs-ops.ts',
      'image/rescale.ts',
    ])
      assert.ok(has(kind, path), `${path} is behind ${kind}`);
  }
  assert.ok(has('table', 'stages/table/metrics.ts'));
  assert.ok(has('index', 'data/datasets/image-folder.ts'));
  assert.ok(!has('mean', 'nn/ops-session.ts'));
});

const MADE_UP = {
  'stages/a/stage.ts':
    "import { b } from '../../util/b.js';\nimport type { C } from '../../util/c.js';\nexport const a = [b];\n",
  'util/b.ts': 'export const b = 1;\n',
  'util/c.ts': 'export type C = 1;\n',
  'util/d.ts': 'export const d = 1;\n',
};

function digestWith(changed: Readonly<Record<string, string>>): string {
  const files = Object.entries({ ...MADE_UP, ...changed }).map(([path, text]): File => ({ path, text }));
  return new Closures(files).digest(['stages/a/stage.ts']);
}

describe('the digest of a kind', () => {
  const stage = MADE_UP['stages/a/stage.ts'];
  const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'what the kind itself does': { 'stages/a/stage.ts': stage.replace('[b]', '[b, 2]') },
    'what it imports': { 'util/b.ts': 'export const b = 2;\n' },
    'what that imports': { 'util/b.ts': "import { d } from './d.js';\nexport const b = d;\n" },
    'what it loads when it is needed': {
      'stages/a/stage.ts': `${stage}export const later = () => import('../../util/d.js');\n`,
    },
    'a space within a text': { 'util/b.ts': "export const b = ' 1';\n" },
    'a sign': { 'util/b.ts': 'export const b = -1;\n' },
    'let for const': { 'util/b.ts': 'export let b = 1;\n' },
  };
  const same: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'a comment': { 'util/b.ts': '/** One. */\nexport const b = 1; // one\n' },
    'line breaks and commas of a formatter': {
      'stages/a/stage.ts': stage.replace('[b]', '[\n  b,\n]'),
    },
    'a type': { 'util/b.ts': 'export const b: number = 1;\nexport type B = 2;\n' },
    'what is imported as a type only': { 'util/c.ts': 'export type C = 2;\nexport const c = 3;\n' },
    'a file that it does not import': { 'util/d.ts': 'export const d = 2;\n' },
    'a file that got another name': {
      'stages/a/stage.ts': stage.replace('util/b.js', 'util/e.js'),
      'util/e.ts': MADE_UP['util/b.ts'],
    },
  };
  for (const [what, changed] of Object.entries(others))
    test(`changes with ${what}`, () => {
      assert.notEqual(digestWith(changed), digestWith({}));
    });
  for (const [what, changed] of Object.entries(same))
    test(`does not change with ${what}`, () => {
      assert.equal(digestWith(changed), digestWith({}));
    });
  test('does not change with the words that describe a parameter', () => {
    const schema = (words: string, most: number) =>
      digestWith({ 'util/b.ts': `export const b = { description: '${words}', maximum: ${most} };\n` });
    assert.equal(schema('one', 1), schema('another', 1));
    assert.notEqual(schema('one', 1), schema('one', 2));
  });
});

describe('a developer', () => {
  const digest = (digit: string) => digit.repeat(16);
  const entry: Entry = { version: '1', closure: digest('a'), cosmetic: [`${digest('0')}: a helper moved`] };
  const changed: Code = { version: '1', closure: digest('b') };

  test('who changed nothing is not bothered, and nothing is written', () => {
    const now = { version: '1', closure: digest('a') };
    assert.equal(problem('train', entry, now), undefined);
    assert.deepEqual(updated(entry, now), entry);
  });

  test('who changed code alone is told the kind and both ways out, and UPDATE_GOLDEN alone is none', () => {
    const text = problem('train', entry, changed)!;
    assert.match(text, /"train" changed, but its version is still 1\./);
    assert.match(text, /raise "version" in its definition\.ts/);
    assert.match(text, /add a sentence to "cosmetic" of "train" in test\/stages\/closures\.json/);
    assert.deepEqual(updated(entry, changed), entry);
  });

  test('who raised the version has the new code written down, and starts without excuses', () => {
    const now = { version: '2', closure: digest('b') };
    assert.match(problem('train', entry, now)!, /is to be written anew\. Run UPDATE_GOLDEN=1/);
    assert.deepEqual(updated(entry, now), { ...now, cosmetic: [] });
    assert.equal(problem('train', updated(entry, now), now), undefined);
  });

  test('who said why no result changes has the digest put before the reason, which then serves once', () => {
    const said = { ...entry, cosmetic: [...entry.cosmetic, 'renamed a variable'] };
    assert.match(problem('train', said, changed)!, /is to be written anew/);
    const after = updated(said, changed);
    assert.deepEqual(after, {
      ...changed,
      cosmetic: [...entry.cosmetic, `${digest('b')}: renamed a variable`],
    });
    assert.equal(problem('train', after, changed), undefined);
    const next = { version: '1', closure: digest('c') };
    assert.match(problem('train', after, next)!, /changed, but its version is still 1/);
    assert.deepEqual(updated(after, next), after);
  });

  test('who adds a kind has it written down', () => {
    assert.match(problem('new', undefined, changed)!, /"new" is not in test\/stages\/closures\.json/);
    assert.deepEqual(updated(undefined, changed), { ...changed, cosmetic: [] });
  });
});
