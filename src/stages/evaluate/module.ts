import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { DecodedImages } from '../../image/decoded-images.js';
import { Engine } from '../../nn/engine.js';
import { LayerKinds } from '../../nn/layer-kinds.js';
import { Stage } from '../../run/stage.js';
import { EvaluateStage } from './stage.js';

export const evaluateModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(
    (dataset: Dataset, engine: Engine, layerKinds: LayerKinds, decoded: DecodedImages) =>
      new EvaluateStage(dataset, engine, layerKinds, decoded),
    [Dataset, Engine, LayerKinds, DecodedImages],
  );
});
