import { ContainerModule } from 'inversify';
import { ArtifactStore } from './artifact-store.js';
import { Executor } from './executor.js';
import { Runner } from './runner.js';
import { Tracker } from './tracker.js';

export const runModule = new ContainerModule(({ bind }) => {
  bind(Runner).toResolvedValue(
    (store: ArtifactStore, executor: Executor, tracker: Tracker) => new Runner(store, executor, tracker),
    [ArtifactStore, Executor, Tracker],
  );
});
