import { ContainerModule } from 'inversify';
import { LayerKinds } from '../../nn/layer-kinds.js';
import { Stage } from '../../run/stage.js';
import { ImportStage } from './stage.js';

export const importModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((layerKinds: LayerKinds) => new ImportStage(layerKinds), [LayerKinds]);
});
