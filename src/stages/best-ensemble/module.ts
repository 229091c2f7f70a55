import { ContainerModule } from 'inversify';
import { Stage } from '../../run/stage.js';
import { BestEnsembleStage } from './stage.js';

export const bestEnsembleModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(() => new BestEnsembleStage(), []);
});
