import { ContainerModule } from 'inversify';
import { Metrics } from '../../run/metric.js';
import { Stage } from '../../run/stage.js';
import { ClaimsStage } from './stage.js';

export const claimsModule = new ContainerModule(({ bind }) => {
  bind(Stage).toResolvedValue((metrics: Metrics) => new ClaimsStage(metrics), [Metrics]);
});
