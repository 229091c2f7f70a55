import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  commandLine,
  type Diagnostic,
  formatDiagnostic,
  formatPosition,
  sortDiagnostics,
} from '../../src/spec/diagnostic.js';

const TEXT = 'title: x\r\ndata:\n\tkind: embedded\n';

function format(at: Partial<Diagnostic['at']>, help?: string): string {
  const diagnostic = {
    at: { file: 'a.yaml', line: 1, column: 1, length: 1, ...at },
    message: 'Message.',
    ...(help !== undefined && { help }),
  };
  return formatDiagnostic(diagnostic, (file) => (file === 'a.yaml' ? TEXT : undefined));
}

test('the place comes first, then what is wrong, then what to do, then the line with the place underlined', () => {
  assert.equal(
    format({ column: 8 }, 'Help.'),
    ['a.yaml:1:8 Message. Help.', ' 1 | title: x', '   |        ~'].join('\n'),
  );
});

test('an empty help adds nothing', () => {
  assert.equal(format({ length: 5 }, ''), ['a.yaml:1:1 Message.', ' 1 | title: x', '   | ~~~~~'].join('\n'));
});

test('what goes on over several lines is underlined to the end of its first', () => {
  assert.equal(
    format({ line: 2, length: 40 }),
    ['a.yaml:2:1 Message.', ' 2 | data:', '   | ~~~~~'].join('\n'),
  );
});

test('a tab before the place stands in both lines, so that they are equally wide', () => {
  assert.equal(
    format({ line: 3, column: 2, length: 4 }),
    ['a.yaml:3:2 Message.', ' 3 | \tkind: embedded', '   | \t~~~~'].join('\n'),
  );
});

test('what a terminal would obey or take for another line is shown as a picture of it', () => {
  const diagnostic = {
    at: { file: 'a.yaml', line: 1, column: 3, length: 1 },
    message: 'Unknown key "a\n\x1b[2J".',
  };
  assert.equal(
    formatDiagnostic(diagnostic, () => 'a\x1b: \u20281'),
    ['a.yaml:1:3 Unknown key "a\u240a\u241b[2J".', ' 1 | a\u241b: \u24211', '   |   ~'].join('\n'),
  );
});

test('without the text there is no frame', () => {
  assert.equal(format({ file: 'b.yaml', line: 7 }), 'b.yaml:7:1 Message.');
});

test('an option of the command line has no line and no column', () => {
  assert.equal(formatPosition(commandLine('--set a=1')), '--set a=1:');
});

test('the underline covers what is meant and stays within its line, whatever the place', () => {
  const line = fc.stringMatching(/^[\t -~äß]{0,40}$/);
  const lines = fc.array(line, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 99 }), (texts, l, c, length) => {
      const number = l % texts.length;
      const source = texts[number]!;
      const column = (c % (source.length + 1)) + 1;
      const at = { file: 'a', line: number + 1, column, length };
      const [head, above, below] = formatDiagnostic({ at, message: 'm' }, () => texts.join('\n')).split(
        '\n',
      ) as [string, string, string];
      const gutter = ` ${number + 1} | `;
      assert.equal(head, `a:${number + 1}:${column} m`);
      assert.equal(above, `${gutter}${source}`.trimEnd());
      assert.equal(below.slice(0, gutter.length), `${' '.repeat(gutter.length - 2)}| `);
      const marks = below.slice(gutter.length);
      assert.match(marks, /^[ \t]*~+$/);
      assert.equal(marks.indexOf('~'), column - 1);
      assert.equal(
        marks.length - marks.indexOf('~'),
        Math.max(1, Math.min(length, source.length - column + 1)),
      );
    }),
  );
});

test('mistakes come in the order of the text, and the same at the same place comes once', () => {
  const place = (file: string, line: number, column: number, message = 'm'): Diagnostic => ({
    at: { file, line, column, length: 1 },
    message,
  });
  const sorted = [
    place('a', 1, 1),
    place('a', 1, 1, 'n'),
    place('a', 1, 10),
    place('a', 2, 1),
    place('a', 10, 1),
    place('b', 1, 1),
  ];
  const shuffled = fc.shuffledSubarray([...sorted, ...sorted], { minLength: sorted.length * 2 });
  fc.assert(
    fc.property(shuffled, (diagnostics) => {
      const places = (list: readonly Diagnostic[]) => list.map(({ at }) => formatPosition(at));
      assert.deepEqual(places(sortDiagnostics(diagnostics)), places(sorted));
    }),
  );
});
