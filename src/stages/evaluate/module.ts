import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Engine } from '../../nn/engine.js';
import { Stage } from '../../run/stage.js';
import { EvaluateStage } from './stage.js';

export const evaluateModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(
    (dataset: Dataset, engine: Engine) => new EvaluateStage(dataset, engine),
    [Dataset, Engine],
  );
});
