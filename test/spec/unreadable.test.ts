import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createPlanner } from '../../src/planner.js';
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
 1 | title: before\u2400after
   | ~
1 mistake; nothing was done.
`,
  },
  'text in UTF-16': {
    bytes: Buffer.from('\uFEFFtitle: x\n', 'utf16le'),
    says: `spec.yaml:1:1 This is a binary file, or its text is not in UTF-8. Specs are text: save it as UTF-8.
 1 | \uFFFD\uFFFD${'title: x'.replaceAll(/./g, '$&\u2400')}
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
    bytes: `title: ${'['.repeat(90)}${']'.repeat(90)}\n`,
    says: `spec.yaml:1:71 Nested more than 64 levels deep. No spec needs so many.
 1 | title: ${'['.repeat(90)}${']'.repeat(90)}
   | ${' '.repeat(70)}${'~'.repeat(54)}
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
    bytes: 'title: x\ndata: { kind: embedded }\nvars: { v: &t [*t] }\nstages: { a: { kind: augment } }\n',
    says: `spec.yaml:3:15 vars.v is [null], but must be text, a number, true or false.
 3 | vars: { v: &t [*t] }
   |               ~~~~
spec.yaml:3:16 The alias "*t" stands within what it names. Write the value out.
 3 | vars: { v: &t [*t] }
   |                ~~
2 mistakes; nothing was done.
`,
  },
};

for (const [name, { bytes, says }] of Object.entries(unreadable)) {
  test(`${name} is refused at once and in words`, async (t) => {
    await writeFile('spec.yaml', bytes);
    assert.deepEqual(await validate(t, ['spec.yaml']), { status: 2, output: says });
  });
}

test('more brackets than a parser can follow are too many levels, told once and not over pages', async (t) => {
  await writeFile('spec.yaml', `title: ${'['.repeat(60_000)}\n`);
  const { status, output } = await validate(t, ['spec.yaml']);
  assert.equal(status, 2);
  assert.match(output, /^spec\.yaml:1:\d+ Nested more than 64 levels deep\. No spec needs so many\.\n/);
  assert.match(output, /\n1 mistake; nothing was done\.\n$/);
  assert.ok(output.length < 1000, `${output.length} characters`);
});

test('of a very long line only what is around the mistake is shown', async (t) => {
  const long = `vars: { ${list(500, (i) => `v${i}: 1`).join(', ')}, w: .nan, ${list(500, (i) => `u${i}: 1`).join(', ')} }`;
  await writeFile(
    'spec.yaml',
    `title: x\ndata: { kind: embedded }\n${long}\nstages: { a: { kind: augment } }\n`,
  );
  const [message, line, mark] = (await validate(t, ['spec.yaml'])).output.split('\n');
  assert.equal(
    message,
    `spec.yaml:3:${long.indexOf('.nan') + 1} .nan is not a value that a spec can hold. Write a number.`,
  );
  assert.match(line!, /^ 3 \| \.\.\..* v499: 1, w: \.nan, u0: 1.*\.\.\.$/);
  assert.equal(line!.slice(mark!.indexOf('~'), mark!.lastIndexOf('~') + 1), '.nan');
  assert.ok(line!.length < 220);
});

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

const PAPER = 't:\n  caption: x\n  columns: [net, top1]\n  rows: [[A, 29.6]]\n';

test("a paper's tables are right by themselves, so that a whole folder can be checked", async (t) => {
  await writeFile('paper.yaml', PAPER);
  assert.deepEqual(await validate(t, ['paper.yaml']), {
    status: 0,
    output: "paper.yaml: right, a paper's tables.\n",
  });
});

test("a paper's tables are no spec to plan", async () => {
  await writeFile('paper.yaml', PAPER);
  const planned = await createPlanner({ names: [], folder }).plan('paper.yaml', {
    profile: undefined,
    sets: [],
    currentDirectory: process.cwd(),
  });
  assert.ok(!planned.ok);
  const [mistake] = planned.error.diagnostics;
  assert.equal(mistake!.message, "This file holds a paper's tables, and no spec.");
  assert.equal(mistake!.help, 'A table of a spec names one of them: paper: paper.yaml#t.');
});

test('mistakes are told as JSON to those who ask for it', async (t) => {
  await writeFile('wrong.yaml', 'title: x\ndata: { kind: embeded }\nstages: { a: { kind: augment } }\n');
  const { status, output } = await validate(t, ['wrong.yaml', '--json']);
  assert.equal(status, 2);
  assert.deepEqual(JSON.parse(output), {
    format: 1,
    files: [
      {
        file: 'wrong.yaml',
        mistakes: [
          {
            ...{ file: 'wrong.yaml', line: 2, column: 15, length: 7 },
            message:
              'data.kind is "embeded", but must be one of image-folder, csv, embedded, ilsvrc2012, tiny-imagenet, cifar, voc, caltech.',
            help: 'Did you mean "embedded"?',
          },
        ],
      },
    ],
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
