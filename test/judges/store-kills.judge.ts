/**
 * Eight runs at once on one store, some of them killed at random times: what is made is what one run alone makes, and
 * nothing is made twice but what a killed run had begun. ROUNDS of them (3), from STORE_SEED on (1).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleDraws, streamKey } from '../../src/util/random.js';
import { Command, type Finished, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const SEED = Number(process.env['STORE_SEED'] ?? 1);
const RUNS = 8;
/** A round takes some seconds more than this; kills come before. */
const KILLS_WITHIN_MS = 3000;

const ARGS = [
  ...['run', FOLDER_SPEC, '--backend', 'wasm'],
  ...['--set', 'stages.a.matrix={seed: [1, 2, 3]}', '--set', 'stages.a.seed=${seed}'],
  ...['--set', 'stages.scores={$delete: [from], each: a}', '--set', 'vars.epochs=3'],
  ...['--set', 'tables.tiny={rows: scores, columns: [seed, net, S, Q, top1, top5]}'],
];

/** Lines of a kind, by task. */
function counted(outputs: readonly Finished[], what: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { stdout } of outputs)
    for (const [, task] of stdout.matchAll(new RegExp(`^${what} +(.*? [0-9a-f]{12})`, 'gm')))
      counts.set(task!, (counts.get(task!) ?? 0) + 1);
  return counts;
}

test(
  `${RUNS} runs on one store, ${ROUNDS} rounds of kills (STORE_SEED=${SEED})`,
  { timeout: 3_600_000 },
  async (t) => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    const alone = await stagecraft(scratch.folder, ...ARGS, '--store', 'alone');
    assert.equal(alone.status, 0, alone.stderr);
    const expected = await artifactsIn(scratch.path('alone'));
    const key = streamKey(SEED, 'store-kills');
    let [killed, twice] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const store = `round-${round}`;
      const commands = Array.from(
        { length: RUNS },
        () => new Command([...ARGS, '--store', store], scratch.folder),
      );
      const victims = commands.filter((_, i) => i > 0 && sampleDraws(key, RUNS * round + i)[0] < 0.5);
      const kills = victims.map(async (victim, i) => {
        await delay(KILLS_WITHIN_MS * sampleDraws(key, RUNS * round + i)[1]);
        victim[Symbol.dispose]();
      });
      const outputs = await Promise.all(commands.map((command) => command.finished));
      await Promise.all(kills);
      for (const [i, { status, signal, stderr }] of outputs.entries())
        if (signal === null) assert.equal(status, 0, `run ${i} of round ${round}: ${stderr}`);
      const dead = outputs.filter(({ signal }) => signal !== null);
      killed += dead.length;
      assert.deepEqual(await artifactsIn(scratch.path(store)), expected, `round ${round}`);
      const checked = await stagecraft(scratch.folder, 'fsck', '--store', store);
      assert.equal(checked.status, 0, checked.stderr);
      const begunByDead = counted(dead, 'start');
      for (const [task, count] of counted(outputs, 'start')) {
        assert.ok(
          count <= 1 + (begunByDead.get(task) ?? 0),
          `${task} was begun ${count} times in round ${round}`,
        );
        twice += count - 1;
      }
    }
    t.diagnostic(`${ROUNDS} rounds of ${RUNS} runs, ${killed} killed, ${twice} tasks begun again for it`);
  },
);
