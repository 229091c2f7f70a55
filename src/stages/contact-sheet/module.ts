import { ContainerModule } from 'inversify';
import { Dataset } from '../../data/dataset.js';
import { Stage } from '../../run/stage.js';
import { ContactSheetStage } from './stage.js';

export const contactSheetModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((dataset: Dataset) => new ContactSheetStage(dataset), [Dataset]);
});
