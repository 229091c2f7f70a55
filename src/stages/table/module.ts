import { ContainerModule } from 'inversify';
import { Metrics } from '../../run/metric.js';
import { Stage } from '../../run/stage.js';
import { TableStage } from './stage.js';

export const tableModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((metrics: Metrics) => new TableStage(metrics), [Metrics]);
});
