import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validate } from './support/validate.js';

/** Each `NAME.yaml` is a wrong spec; `NAME.txt` is all that `stagecraft validate` says of it. */
const gallery = fileURLToPath(new URL('../../../test/spec/gallery/', import.meta.url));
const names = readdirSync(gallery)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'));

/** Files are named as a user who stands in the gallery would. */
process.chdir(gallery);

const golden = (name: string) => readFileSync(join(gallery, `${name}.txt`), 'utf8');

/** The first line of a spec may be a comment with options of the command: `# --profile smoke`. */
function argumentsFor(name: string): readonly string[] {
  const options = /^# (--.*)\n/.exec(readFileSync(join(gallery, `${name}.yaml`), 'utf8'))?.[1];
  return [`${name}.yaml`, ...(options?.split(' ') ?? [])];
}

for (const name of names) {
  test(`the whole answer to the wrong spec "${name}" is as written down`, async (t) => {
    const { status, output } = await validate(t, argumentsFor(name));
    assert.equal(status, 2);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(gallery, `${name}.txt`), output);
    assert.equal(output, golden(name));
  });
}

test('every answer that is written down has its spec', () => {
  const answers = readdirSync(gallery).filter((file) => file.endsWith('.txt'));
  assert.deepEqual(
    answers,
    names.map((name) => `${name}.txt`),
  );
});

test('the command itself says the same on stderr, nothing on stdout, and ends with status 2', async () => {
  const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
  const ended = await new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, 'validate', ...argumentsFor('many-at-once')],
      (error, stdout, stderr) => {
        resolve({ status: error?.code, stdout, stderr });
      },
    );
  });
  assert.deepEqual(ended, { status: 2, stdout: '', stderr: golden('many-at-once') });
});
