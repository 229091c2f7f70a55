/** What a journal says that a server is to hold, read by rules of its own: by our key of the run. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSegment } from '../../../../src/trackers/journal-record.js';
import type { Point } from './read-back.js';

export interface ExpectedRun {
  readonly points: Record<string, Point[]>;
  readonly files: Record<string, string>;
  status: string;
}

/** @param folder absolute, of a journal whose writers are all gone */
export async function journaled(folder: string): Promise<ReadonlyMap<string, ExpectedRun>> {
  const runs = new Map<string, ExpectedRun>();
  let journal: string | undefined;
  let segment = '';
  let parent: ExpectedRun | undefined;
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort()) {
    const here = new Map<string, ExpectedRun>();
    for (const record of readSegment(await readFile(join(folder, name), 'utf8'))) {
      if (record.type === 'segment') {
        journal ??= record.journal;
        segment = record.id;
        parent ??= { points: {}, files: {}, status: 'KILLED' };
        parent.status = 'KILLED';
        runs.set(journal, parent);
      }
      if (record.type === 'start') {
        const run = { points: {}, files: {}, status: 'KILLED' };
        here.set(record.run, run);
        runs.set(`${journal}/${record.run}/${segment}`, run);
      }
      if (record.type === 'metric')
        (here.get(record.run)!.points[record.key] ??= []).push([
          record.step,
          record.time,
          wordOf(record.value),
        ]);
      if (record.type === 'end') {
        const run = here.get(record.run)!;
        run.status = { finished: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' }[record.end];
        for (const [file, { sha256 }] of Object.entries(record.made?.files ?? {})) run.files[file] = sha256;
      }
      if (record.type === 'close')
        parent!.status = { finished: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' }[record.end];
    }
  }
  return runs;
}

/** As Python writes it. */
function wordOf(value: number | string): number | string {
  return value === 'NaN' ? 'nan' : value;
}
