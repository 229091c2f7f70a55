import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Engine } from '../../nn/engine.js';
import { LayerKinds } from '../../nn/layer-kinds.js';
import { Stage } from '../../run/stage.js';
import { TrainStage } from './stage.js';

export const trainModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(
    (dataset: Dataset, engine: Engine, layerKinds: LayerKinds) => new TrainStage(dataset, engine, layerKinds),
    [Dataset, Engine, LayerKinds],
  );
});
