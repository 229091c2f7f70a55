import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Stage } from '../../run/stage.js';
import { AugmentStage } from './stage.js';

export const augmentModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((dataset: Dataset) => new AugmentStage(dataset), [Dataset]);
});
