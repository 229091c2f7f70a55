import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { type Diagnostic, formatDiagnostic } from '../../src/spec/diagnostic.js';
import { bounded, runs } from '../support/fuzz.js';
import { planning } from './support/plan-spec.js';
import { filesBeside, SHIPPED, shippedText } from './support/shipped.js';

const shipped = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../experiments/vgg/${name}`, import.meta.url)), 'utf8');
const plan = planning();
const SPEC = shipped('localisation.yaml');
const NETS = shipped('nets.yaml');
const PAPER = shipped('paper.yaml');

interface Files {
  readonly spec?: string;
  readonly nets?: string;
  readonly paper?: string;
}

/** Loads and plans; what is refused must be said at a place that exists. */
async function check(files: Files, sets: readonly string[] = []): Promise<boolean> {
  const { spec = SPEC, nets = NETS, paper = PAPER } = files;
  const beside = { 'nets.yaml': nets, 'paper.yaml': paper };
  const texts: Readonly<Record<string, string>> = { 'spec.yaml': spec, ...beside };
  const planned = await bounded(() => plan(spec, { beside, sets }));
  if (planned.ok) return true;
  const { diagnostics } = planned.error;
  assert.ok(diagnostics.length > 0, 'a refusal without a mistake');
  for (const diagnostic of diagnostics) checkPlace(diagnostic, texts, sets);
  return false;
}

/** What a message never says but by our mistake. */
const SLIPS = ['undefined', '[object', 'NaN', '^[', 'Internal'];

/** @param sets what was written on the command line */
function checkPlace(
  diagnostic: Diagnostic,
  texts: Readonly<Record<string, string>>,
  sets: readonly string[] = [],
): void {
  const given = [...sets, ...Object.values(texts)];
  const { at, message, help = '' } = diagnostic;
  assert.match(message, /^["*A-Za-z0-9]|^\S+ (?:is|cannot stand within text) ?/u, message);
  const ours = `${message} ${help}`.replaceAll(/"[^"]*"/g, '');
  // The user may have written any of it, with quotes of his own.
  const slip = SLIPS.find((one) => ours.includes(one) && !given.some((text) => text.includes(one)));
  assert.equal(slip, undefined, message);
  if (at.file.startsWith('--set ')) return;
  const lines = texts[at.file]?.split(/\r?\n/);
  assert.ok(lines, `no file ${at.file}`);
  const line = lines[at.line - 1];
  assert.ok(line !== undefined, `no line ${at.line} in ${lines.length}: ${message}`);
  assert.ok(
    at.column >= 1 && at.column <= line.length + 1,
    `no column ${at.column} in "${line}": ${message}`,
  );
  assert.equal(formatDiagnostic(diagnostic, (file) => texts[file]).split('\n').length, 3);
}

/** Pieces that have a meaning somewhere. */
const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    ',',
    '\n',
    '\n  ',
    '"',
    "'",
    '#',
    '|',
    '>',
    '&a ',
    '*a',
    '!x ',
    '---\n',
  ],
  ...[
    '${',
    '${epochs}',
    '${around(S)}',
    '<<: ',
    '? ',
    '\t',
    '\r',
    '\0',
    '\u2028',
    '\ud83c\udfa8',
    '~',
    '0',
    '-1',
    '1e999',
    '.nan',
  ],
  ...[
    'stages',
    'kind: ',
    'train',
    'matrix: ',
    'each: ',
    'extends: ',
    '$delete: [a]',
    'constructor: 1',
    '__proto__: 1',
    'toString',
    'hasOwnProperty',
  ],
);

const mutation = fc.record({ at: fc.nat(), remove: fc.nat(12), put: fc.oneof(piece, fc.string()) });

function mutate(text: string, changes: readonly { at: number; remove: number; put: string }[]): string {
  return changes.reduce((now, { at, remove, put }) => {
    const from = at % (now.length + 1);
    return now.slice(0, from) + put + now.slice(from + remove);
  }, text);
}

test('the shipped spec is right, so that mutations start from something', async () => {
  assert.equal(await check({}), true);
});

test('a mutated spec never crashes us, and each rejection stands at a place in the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
      await check({ spec: mutate(SPEC, changes) });
    }),
    runs(300),
  );
});

test('nor does a mutated spec that it extends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
      await check({ nets: mutate(NETS, changes) });
    }),
    runs(300),
  );
});

test("nor does a mutated file of the paper's numbers", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
      await check({ paper: mutate(PAPER, changes) });
    }),
    runs(100),
  );
});

test('nor does any --set', async () => {
  const path = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'stages',
          'a',
          'vars',
          'epochs',
          'tables',
          'table8',
          'kind',
          'profiles',
          'groups',
          '0',
        ),
        piece,
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('.'));
  const value = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 4 })
    .map((v) => v.join(''));
  await fc.assert(
    fc.asyncProperty(path, value, fc.boolean(), async (left, right, equals) => {
      await check({}, [`${left}${equals ? '=' : ''}${right}`]);
    }),
    runs(200),
  );
});

test('nor does any other spec that we ship, one of its words put in place of another', async () => {
  const word = /[A-Za-z$][\w-]*|\d+(\.\.\d+)?|[{}[\],:]/g;
  const words = SHIPPED.flatMap((path) => shippedText(path).match(word) ?? []);
  const change = fc.record({ at: fc.nat(), put: fc.constantFrom('', '{}', '[]', 'null', ...new Set(words)) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SHIPPED),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (path, changes) => {
        const text = changes.reduce((now, { at, put }) => {
          const places = [...now.matchAll(word)];
          const { 0: old, index } = places[at % places.length]!;
          return now.slice(0, index) + put + now.slice(index + old.length);
        }, shippedText(path));
        const beside = filesBeside(path);
        const planned = await bounded(() => plan(text, { beside }));
        if (planned.ok) return;
        assert.ok(planned.error.diagnostics.length > 0, 'a refusal without a mistake');
        for (const diagnostic of planned.error.diagnostics)
          checkPlace(diagnostic, Object.fromEntries([...planned.error.texts, ['spec.yaml', text]]));
      },
    ),
    runs(300),
  );
});

test('nor does a value of another sort at any place of the spec', async () => {
  const lines = SPEC.split('\n');
  const places = lines.flatMap((line, i) =>
    [...line.matchAll(/: ([^:{}[\],]+|\{.*\}|\[.*\])/g)]
      .filter(() => !line.startsWith('#'))
      .map((match) => ({ line: i, from: match.index + 2, length: match[1]!.length })),
  );
  assert.ok(places.length > 20, `${places.length} places`);
  for (const { line, from, length } of places) {
    for (const value of ['null', '[]', '{}', '[[1], {a: [2]}]', '-3.5', '"${nothing}"', '{kind: 3}']) {
      const changed = lines.with(
        line,
        lines[line]!.slice(0, from) + value + lines[line]!.slice(from + length),
      );
      await check({ spec: changed.join('\n') });
    }
  }
});

test('what long runs found is refused in words: a net called as every object has one, lines within keys, a pair in a list', async () => {
  assert.equal(await check({ nets: NETS.replace('net: A,', 'net: toString,') }), false);
  assert.equal(await check({ spec: SPEC.replace('      rows: [dense', '---\nrows: [dense') }), false);
  assert.equal(await check({ paper: PAPER.replace('[all, PCR, 33.1]', '[all, PCR, ? ]') }), false);
  assert.equal(await check({}, ['"^[']), false);
});
