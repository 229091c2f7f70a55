/** Tables that share tasks, run in any order or all at once: the same bytes in the store and on paper. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';

const SPECS = {
  'several.yaml': `extends: ${FOLDER_SPEC}
title: Several scales
stages:
  several: { kind: evaluate, each: a, Q: [256, 288] }
tables:
  several: { rows: several, columns: [net, Q, top1] }
`,
  'methods.yaml': `extends: several.yaml
title: Several methods
stages:
  crops: { kind: evaluate, from: a, Q: [256, 288], method: multi-crop & dense }
tables:
  methods: { rows: [scores, several, crops], columns: [net, Q, method, top1], steps: [{ axis: method, from: dense, to: multi-crop & dense, same: [Q] }] }
`,
} as const;

const TABLES = [FOLDER_SPEC, 'several.yaml', 'methods.yaml'];

/** The tables in every format, and the artifacts without the times of the runs. */
async function filesIn(runs: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map([...(await artifactsIn(runs))].map(([path, bytes]) => [path, bytes.toString('hex')]));
  for (const experiment of TABLES.map((name) => name.replace('.yaml', '')))
    for (const file of await readdir(join(runs, experiment)))
      if (/\.(md|html|tex|csv|json)$/.test(file) && file !== 'last-run.json')
        files.set(`${experiment}/${file}`, await readFile(join(runs, experiment, file), 'utf8'));
  return files;
}

test('tables in any order, or all at once on two slots, are the same bytes', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  for (const [name, text] of Object.entries(SPECS)) await scratch.write(name, text);
  const run = async (store: string, orders: readonly (readonly string[])[]) => {
    for (const specs of orders) {
      const options = ['--backend', 'wasm', '--store', store, '--slots', '2'];
      const { status, stderr } = await stagecraft(scratch.folder, 'run', ...specs, ...options);
      assert.equal(status, 0, stderr);
    }
    return filesIn(scratch.path(store));
  };
  const [first, second, third] = TABLES as [string, string, string];
  const forward = await run('forward', [[first], [second], [third]]);
  assert.ok(forward.size > 15);
  assert.deepEqual(await run('backward', [[third], [second], [first]]), forward);
  assert.deepEqual(await run('together', [[second, third, first]]), forward);
});
