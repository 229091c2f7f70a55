import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { validate } from './support/validate.js';

/** Files that are too much or no text at all; they are made here, not kept. */
const folder = await mkdtemp(join(tmpdir(), 'stagecraft-spec-'));
before(() => {
  process.chdir(folder);
});
after(async () => {
  process.chdir(tmpdir());
  await rm(folder, { recursive: true });
});

const list = (length: number, item: (i: number) => string) => Array.from({ length }, (_, i) => item(i));

/** Each alias stands for nine of the one before it: nine levels are 400 million values. */
const bomb = [
  'a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]',
  ...list(9, (i) => `a${i + 1}: &a${i + 1} [${list(9, () => `*a${i}`).join(', ')}]`),
].join('\n');

const unreadable: Record<string, { bytes: string | Uint8Array; says: string }> = {
  'a picture': {
    bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
    says: `spec.yaml:1:1 This is a binary file, or its text is not in UTF-8. Specs are text: save it as UTF-8.
 1 | \uFFFDPNG
   | ~
1 mistake; nothing was done.
`,
  },
  'text in Latin-1': {
    bytes: Buffer.from('title: Größe', 'latin1'),
    says: `spec.yaml:1:1 This is a binary file, or its text is not in UTF-8. Specs are text: save it as UTF-8.
 1 | title: Gr\uFFFD\uFFFDe
   | ~
1 mistake; nothing was done.
`,
  },
  'text with a NUL in it': {
    bytes: 'title: before\0after\n',
    says: `spec.yaml:1:1 This is a binary file, or its text is not in UTF-8. Specs are text: save it as UTF-8.
 1 | title: before\0after
   | ~
1 mistake; nothing was done.
`,
  },
  'text in UTF-16': {
    bytes: Buffer.from('\uFEFFtitle: x\n', 'utf16le'),
    says: `spec.yaml:1:1 This is a binary file, or its text is not in UTF-8. Specs are text: save it as UTF-8.
 1 | \uFFFD\uFFFD${'title: x'.replaceAll(/./g, '$&\0')}
   | ~
1 mistake; nothing was done.
`,
  },
  'maps in maps in maps': {
    bytes: `title: x\nvars:\n${list(80, (i) => `${' '.repeat(i + 1)}a:\n`).join('')}`,
    says: `spec.yaml:66:65 Nested more than 64 levels deep. No spec needs so many.
 66 |${' '.repeat(65)}a:
    |${' '.repeat(65)}~
1 mistake; nothing was done.
`,
  },
  'a file of more than 256 KiB': {
    bytes: `title: large\n${'# nothing but comment\n'.repeat(12_000)}`,
    says: `spec.yaml:1:1 The file is larger than 256 KiB. A spec is a few pages at most.
 1 | title: large
   | ~
1 mistake; nothing was done.
`,
  },
  'a map of more than 2000 keys': {
    bytes: `vars:\n${list(2001, (i) => `  v${i}: ${i}`).join('\n')}\n`,
    says: `spec.yaml:2:3 A map of 2001 keys; 2000 are allowed. Use a list.
 2 |   v0: 0
   |   ~~~~~
1 mistake; nothing was done.
`,
  },
  'lists in lists in lists': {
    bytes: `title: ${'['.repeat(100)}${']'.repeat(100)}\n`,
    says: `spec.yaml:1:71 Nested more than 64 levels deep. No spec needs so many.
 1 | title: ${'['.repeat(100)}${']'.repeat(100)}
   | ${' '.repeat(70)}${'~'.repeat(74)}
1 mistake; nothing was done.
`,
  },
  'aliases of aliases of aliases': {
    bytes: bomb,
    says: `spec.yaml:1:9 More than 100000 values, aliases followed. Use fewer aliases of aliases.
 1 | a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]
   |         ~~~~~~~~~~~~~~~~~~~~~~~~~~~
1 mistake; nothing was done.
`,
  },
  'an alias of what it stands in': {
    bytes: 'title: &t [*t]\n',
    says: `spec.yaml:1:12 Nested more than 64 levels deep. No spec needs so many.
 1 | title: &t [*t]
   |            ~~
1 mistake; nothing was done.
`,
  },
};

for (const [name, { bytes, says }] of Object.entries(unreadable)) {
  test(`${name} is refused at once and in words`, async (t) => {
    await writeFile('spec.yaml', bytes);
    assert.deepEqual(await validate(t, ['spec.yaml']), { status: 2, output: says });
  });
}

test('a file that is not there is said to be missing', async (t) => {
  assert.deepEqual(await validate(t, ['absent.yaml']), {
    status: 2,
    output: `absent.yaml:1:1 There is no such file. Specs are YAML files, see experiments/.
1 mistake; nothing was done.
`,
  });
});

test('a folder in place of a file is said to be one', async (t) => {
  await mkdir('folder');
  assert.deepEqual(await validate(t, ['folder']), {
    status: 2,
    output: `folder:1:1 This is a folder. Specs are YAML files, see experiments/.
1 mistake; nothing was done.
`,
  });
});

test('each of several specs is checked, and one wrong makes the whole wrong', async (t) => {
  await writeFile('right.yaml', 'title: Right\ndata: { kind: embedded }\nstages: { a: { kind: augment } }\n');
  assert.deepEqual(await validate(t, ['absent.yaml', 'right.yaml']), {
    status: 2,
    output: `absent.yaml:1:1 There is no such file. Specs are YAML files, see experiments/.
1 mistake; nothing was done.
right.yaml: right, 2 tasks.
`,
  });
});
