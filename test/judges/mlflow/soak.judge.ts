/**
 * Whatever fails, and whenever, the server has what the journal holds, once. Run by `.ci/run` with 20 faults and by
 * `npm run soak` with 200: MLFLOW_BIN names the folder of the programs of a Python that has MLflow.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Scratch } from '../../support/scratch.js';
import { journaled } from './support/journaled.js';
import { readBack } from './support/read-back.js';
import { soak } from './support/soak.js';

const faults = Number(process.env['SOAK_FAULTS'] ?? 20);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);
const cli = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));

test(`${faults} faults at random times (SOAK_SEED=${seed}): nothing is lost, nothing is there twice`, async (t) => {
  await using scratch = await Scratch.make();
  const runs = scratch.path('runs');
  await mkdir(runs);
  await using server = await soak({
    ...{ runs, folder: scratch.path('server'), faults, seed },
    say: (line) => {
      t.diagnostic(line);
    },
  });
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'sync', '--store', runs], {
    env: { ...process.env, MLFLOW_TRACKING_URI: server.url },
  });
  assert.match(stdout, /^soak: \d+ runs, \d+ points, \d+ files: read back from .*, all there\n$/);
  const { runs: found } = await readBack(server.url, 'soak', scratch.path('files'));
  const expected = await journaled(`${runs}/soak/journal`);
  const keys = found.map(({ tags }) => tags['stagecraft.run']!);
  assert.deepEqual(keys.sort(), [...expected.keys()].sort());
  const byKey = new Map(found.map((run) => [run.tags['stagecraft.run']!, run]));
  let points = 0;
  for (const [key, run] of expected) {
    const there = byKey.get(key)!;
    assert.deepEqual(there.points, run.points, key);
    assert.deepEqual(there.files, run.files, key);
    assert.equal(there.status, run.status, key);
    points += Object.values(run.points).reduce((sum, history) => sum + history.length, 0);
  }
  t.diagnostic(`${expected.size} runs, ${points} points`);
});
