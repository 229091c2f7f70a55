import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validate } from './support/validate.js';

/**
 * Each `NAME.yaml` or `NAME.json` is a wrong spec; `NAME.txt` is all that `stagecraft validate` says of it. What
 * such specs name besides (`base/`, `paper/`, `plugin/`) lies in folders.
 */
const gallery = fileURLToPath(new URL('../../../test/spec/gallery/', import.meta.url));
const specs = readdirSync(gallery).filter((file) => /\.(yaml|json)$/.test(file));
const nameOf = (spec: string) => basename(spec, extname(spec));

/** Files are named as a user who stands in the gallery would. */
process.chdir(gallery);

const golden = (name: string) => readFileSync(join(gallery, `${name}.txt`), 'utf8');

/** The first line of a spec may be a comment with options of the command: `# --profile smoke`. */
function argumentsFor(spec: string): readonly string[] {
  const options = /^# (--.*)\n/.exec(readFileSync(join(gallery, spec), 'utf8'))?.[1];
  return [spec, ...(options?.split(' ') ?? [])];
}

for (const spec of specs) {
  test(`the whole answer to the wrong spec "${spec}" is as written down`, async (t) => {
    const { status, output } = await validate(t, argumentsFor(spec));
    assert.equal(status, 2);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(gallery, `${nameOf(spec)}.txt`), output);
    assert.equal(output, golden(nameOf(spec)));
  });
}

test('every answer that is written down has its spec', () => {
  const answers = readdirSync(gallery).filter((file) => file.endsWith('.txt'));
  assert.deepEqual(new Set(answers), new Set(specs.map((spec) => `${nameOf(spec)}.txt`)));
  assert.equal(answers.length, specs.length);
});

describe('no answer', () => {
  const headsOf = (name: string) =>
    golden(name)
      .split('\n')
      .filter((line) => line !== '' && !/^ *[0-9]* \| |^ *[0-9]* \|$/.test(line))
      .slice(0, -1)
      .map((line) => `${name}: ${line}`);
  let heads: readonly string[];
  before(() => {
    heads = specs.flatMap((spec) => headsOf(nameOf(spec)));
  });

  test('shows our own code: no stack, no internal error, no value of JavaScript, no pattern', () => {
    const ours = heads.filter((line) => /Internal error|\bat .*\.js|undefined|\[object|\^\[|\(\?/.test(line));
    assert.deepEqual(ours, []);
  });

  test('says the same twice, or two things of one kind at one place', () => {
    const places = heads.map((line) => line.replace(/"[^"]*"/g, '"..."'));
    const repeated = heads.filter((_, i) => places.indexOf(places[i]!) < i);
    // Each key that is missing in a map is told at the map.
    assert.deepEqual(
      repeated.filter((line) => !/The key "[^"]*" is missing/.test(line)),
      [],
    );
  });

  test('names a file by where it lies on this machine', () => {
    assert.deepEqual(
      heads.filter((line) => line.includes(gallery)),
      [],
    );
  });
});

test('the command itself says the same on stderr, nothing on stdout, and ends with status 2', async () => {
  const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
  const ended = await new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, 'validate', ...argumentsFor('many-at-once.yaml')],
      (error, stdout, stderr) => {
        resolve({ status: error?.code, stdout, stderr });
      },
    );
  });
  assert.deepEqual(ended, { status: 2, stdout: '', stderr: golden('many-at-once') });
});
