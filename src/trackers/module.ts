import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { RunsDirectory } from '../run/runs-directory.js';
import { Tracker } from '../run/tracker.js';
import { Disk } from '../util/disk.js';
import { JournalTracker } from './journal-tracker.js';

export const trackersModule = new ContainerModule(({ bind }) => {
  bind(Tracker).toResolvedValue(
    (disk: Disk, runs: RunsDirectory) =>
      new JournalTracker(disk, (name) => join(runs.experiment(name), 'journal')),
    [Disk, RunsDirectory],
  );
});
