import { fileURLToPath } from 'node:url';
import { ContainerModule } from 'inversify';
import { RunsDirectory } from '../run/runs-directory.js';
import { Tracker } from '../run/tracker.js';
import { Disk } from '../util/disk.js';
import { JournalTracker } from './journal-tracker.js';
import { MlflowTracker } from './mlflow-tracker.js';
import { sendingFrom } from './sync/sending.js';

export const trackersModule = new ContainerModule(({ bind }) => {
  bind(Tracker).toResolvedValue(
    (disk: Disk, runs: RunsDirectory) => {
      const sending = sendingFrom(process.env);
      if (!sending) return new JournalTracker(disk, runs);
      const program = fileURLToPath(new URL('../sender.js', import.meta.url));
      return new MlflowTracker({ disk, runs, sending, program });
    },
    [Disk, RunsDirectory],
  );
});
