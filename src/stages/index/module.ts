import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Stage } from '../../run/stage.js';
import { IndexStage } from './stage.js';

export const indexModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((dataset: Dataset) => new IndexStage(dataset), [Dataset]);
});
