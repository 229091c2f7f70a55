import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { ArtifactStore } from '../run/artifact-store.js';
import { RunsDirectory } from '../run/runs-directory.js';
import { Disk } from '../util/disk.js';
import { LocalStore } from './local-store.js';

export const storesModule = new ContainerModule(({ bind }) => {
  bind(ArtifactStore).toResolvedValue(
    (disk: Disk, runs: RunsDirectory) => new LocalStore(join(runs.path, 'store'), disk),
    [Disk, RunsDirectory],
  );
});
