import { ContainerModule } from 'inversify';
import { Stage } from '../../run/stage.js';
import { MeanStage } from './stage.js';

export const meanModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(() => new MeanStage(), []);
});
