import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { DecodedImages } from '../../image/decoded-images.js';
import { Engine } from '../../nn/engine.js';
import { LayerKinds } from '../../nn/layer-kinds.js';
import { Stage } from '../../run/stage.js';
import { TrainStage } from './stage.js';

export const trainModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(
    (dataset: Dataset, engine: Engine, layerKinds: LayerKinds, decoded: DecodedImages) =>
      new TrainStage(dataset, engine, layerKinds, decoded),
    [Dataset, Engine, LayerKinds, DecodedImages],
  );
});
