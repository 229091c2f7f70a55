/**
 * A run as far as the journal knows it, as a program: two tasks with points and files, told by WRITER.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RunsDirectory } from '../../../../src/run/runs-directory.js';
import { JournalTracker } from '../../../../src/trackers/journal-tracker.js';
import { NodeDisk } from '../../../../src/util/node-disk.js';
import { FailingDisk } from '../../../support/failing-disk.js';
import { numberTask } from '../../../support/toy.js';

export interface WriterSettings {
  /** Absolute folder of all results. */
  readonly runs: string;
  /** Of each history. */
  readonly points: number;
  /** Between two steps, ms. */
  readonly pauseMs: number;
  /** Number of the operation at which the disk is full. */
  readonly fullAt?: number;
}

const { runs, points, pauseMs, fullAt } = JSON.parse(process.env['WRITER']!) as WriterSettings;
const disk = new FailingDisk(new NodeDisk());
if (fullAt !== undefined) disk.fault = { at: fullAt, code: 'ENOSPC', done: 'half', stays: true };
const tracker = new JournalTracker(disk, new RunsDirectory(runs));
await tracker.open({ name: 'soak', title: 'Faults' });
for (const toy of [numberTask('one', 1), numberTask('two', 2)]) {
  const task = { ...toy, output: 'predictions' };
  tracker.start(task);
  for (let step = 0; step < points; step++) {
    tracker.metric(task, 'loss', step === 7 ? NaN : 1 / (step + 1), step);
    tracker.metric(task, 'rate', step / 3, step);
    await pause(pauseMs);
  }
  const bytes = `${task.stage} ${Date.now()}\n`.repeat(1000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const directory = join(runs, 'store', 'number', task.recipe, sha256.slice(0, 16));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'value.json'), bytes);
  const { recipe, kind, version, parameters } = task;
  await tracker.end(task, {
    end: 'finished',
    directory,
    execution: {
      ...{ format: 1, recipe, kind, version, parameters, inputs: {}, output: sha256 },
      files: { 'value.json': { bytes: bytes.length, sha256 } },
      environment: { node: process.version, platform: process.platform, code: '0'.repeat(64) },
      ...{ host: 'soak', startedAt: new Date().toISOString(), seconds: 1 },
    },
  });
}
await tracker.close('finished');
