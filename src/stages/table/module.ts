import { ContainerModule } from 'inversify';

import { Stage } from '../../run/stage.js';
import { TableStage } from './stage.js';

export const tableModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue(() => new TableStage(), []);
});
