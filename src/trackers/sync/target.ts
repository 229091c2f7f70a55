/** Where something is delivered to. */
import type { MlflowClient } from '../mlflow/client.js';
import type { RemoteRun } from './remote-runs.js';

export interface Target {
  readonly client: MlflowClient;
  readonly experimentId: string;
  readonly run: RemoteRun;
}
