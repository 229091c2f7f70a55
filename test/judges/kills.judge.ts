/**
 * Killed at any moment, as often as it takes: a run ends in the bits of one that was left alone. Run by `.ci/run` with 10
 * kills and by `npm run soak` with 200.
 */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import test from 'node:test';
import { sampleDraws, streamKey } from '../../src/util/random.js';
import { Command } from '../support/command.js';
import { availableBackends } from '../support/engines.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';

const KILLS = Number(process.env['KILLS'] ?? 10);
const SEED = Number(process.env['KILLS_SEED'] ?? Date.now() % 1_000_000);

/** Some seconds, most of them training; save points come often. */
const SETTINGS = [
  ...['vars.epochs=60', 'checkpoint.everySteps=3', 'stages.a.watch=held-out', 'stages.a.heldOut=0.2'],
  'stages.a.schedule={kind: plateau, patience: 2, factor: 0.5}',
].flatMap((setting) => ['--set', setting]);

function run(scratch: Scratch, store: string): Command {
  const backend = availableBackends()[0]!;
  const options = ['--store', store, '--backend', backend, ...SETTINGS];
  return new Command(['run', FOLDER_SPEC, ...options], scratch.folder);
}

test(`${KILLS} kills at random times (KILLS_SEED=${SEED}) change no bit of what is made`, async (t) => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const started = performance.now();
  assert.equal((await run(scratch, 'alone').finished).status, 0);
  const seconds = (performance.now() - started) / 1000;
  const alone = await artifactsIn(scratch.path('alone'));
  const key = streamKey(SEED, 'kills');
  let [kills, ends, starts] = [0, 0, 0];
  while (kills < KILLS) {
    for (let isDone = false; !isDone;) {
      using command = run(scratch, 'killed');
      const timer = setTimeout(
        () => {
          command.signalGroup('SIGKILL');
        },
        1000 * seconds * sampleDraws(key, starts++)[0],
      );
      const { status, signal, stderr } = await command.finished;
      clearTimeout(timer);
      if (signal === 'SIGKILL') kills += 1;
      else assert.equal(status, 0, stderr);
      isDone = status === 0;
    }
    assert.deepEqual(await artifactsIn(scratch.path('killed')), alone);
    await rm(scratch.path('killed'), { recursive: true });
    ends += 1;
  }
  t.diagnostic(`${kills} kills, ${ends} whole runs of ${seconds.toFixed(1)} s each, every bit as left alone`);
});
