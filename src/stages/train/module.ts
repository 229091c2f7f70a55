import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Engine } from '../../nn/engine.js';
import { Stage } from '../../run/stage.js';
import { TrainStage } from './stage.js';

export const trainModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(
    (dataset: Dataset, engine: Engine) => new TrainStage(dataset, engine),
    [Dataset, Engine],
  );
});
