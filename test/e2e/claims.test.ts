/** Claims from a spec to their report, by the command line. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Claims } from '../../src/run/claims.js';
import { stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';

const CLAIMS = `extends: ${FOLDER_SPEC}
title: Ways to look at images
stages:
  centre: { kind: evaluate, from: a, Q: 256, method: centre-crop }
claims:
  one-look:
    says: One crop is enough.
    from: scores
    to: centre
    expect: equal
`;

test('claims are tested, printed and written beside the tables, and done the second time', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await scratch.write('claims.yaml', CLAIMS);
  const run = () => stagecraft(scratch.folder, 'run', 'claims.yaml', '--backend', 'wasm');
  const { status, stdout, stderr } = await run();
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^done +claims [0-9a-f]{12} in /m);
  assert.match(
    stdout,
    /\*\*Ways to look at images\*\*[^]*method=dense to method=centre-crop, net=A S=256 Q=256/,
  );
  assert.match(stdout, /^runs\/claims\/claims\.md$/m);
  const files = await Promise.all(
    ['md', 'html', 'tex', 'csv', 'json'].map((format) =>
      readFile(scratch.path(`runs/claims/claims.${format}`), 'utf8'),
    ),
  );
  for (const text of files.slice(0, 3)) assert.match(text, /One crop is enough\./);
  const [claim] = (JSON.parse(files[4]!) as Claims).claims;
  assert.deepEqual([claim!.name, claim!.pairs[0]!.nets.images], ['one-look', 6]);
  assert.match((await run()).stdout, /^Nothing to do/m);
});

test('what only extends a spec with claims does not test them', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await scratch.write('claims.yaml', CLAIMS);
  const more =
    'extends: claims.yaml\ntitle: More\ntables: { more: { rows: centre, columns: [net, top1] } }\n';
  await scratch.write('more.yaml', more);
  const { stdout } = await stagecraft(scratch.folder, 'plan', 'more.yaml', '--json');
  const { experiments } = JSON.parse(stdout) as { readonly experiments: readonly object[] };
  assert.deepEqual(
    Object.entries(experiments[0]!).find(([key]) => key === 'claims'),
    ['claims', null],
  );
});
