/** `import { MlflowClient } from 'stagecraft/mlflow'`. */
export { MlflowClient, type NewRun, type RunDataset, type RunLog } from './client.js';
export type { ArtifactEntry, MlflowArtifacts } from './artifacts.js';
export type { CallOptions } from './endpoints.js';
export { MlflowError, type MlflowErrorFacts, UnfitValueError } from './mlflow-error.js';
export { fitModelName, type MlflowModels, type NewModel } from './models.js';
export type { RetryPolicy } from './retry.js';
export { type MlflowServer, serverFrom, type TlsSettings } from './server.js';
export { fitKey, fitText, type Metric, type Texts } from './values.js';
export type { Experiment, ModelOutput, Run, RunStatus } from './runs-api.js';
export type { LoggedModel, ModelVersion } from './models-api.js';
