/** Written by generate_api.py from the descriptors of MLflow 3.17.2; not edited by hand. */

/** JSON has no words for what is not finite. */
export type Num = number | 'NaN' | 'Infinity' | '-Infinity';

export const ENDPOINTS = {
  createLoggedModel: { method: 'POST', path: '/mlflow/logged-models' },
  finalizeLoggedModel: { method: 'PATCH', path: '/mlflow/logged-models/{model_id}' },
  getLoggedModel: { method: 'GET', path: '/mlflow/logged-models/{model_id}' },
  searchLoggedModels: { method: 'POST', path: '/mlflow/logged-models/search' },
  createRegisteredModel: { method: 'POST', path: '/mlflow/registered-models/create' },
  setRegisteredModelAlias: { method: 'POST', path: '/mlflow/registered-models/alias' },
  getModelVersionByAlias: { method: 'GET', path: '/mlflow/registered-models/alias' },
  createModelVersion: { method: 'POST', path: '/mlflow/model-versions/create' },
  updateModelVersion: { method: 'PATCH', path: '/mlflow/model-versions/update' },
  searchModelVersions: { method: 'GET', path: '/mlflow/model-versions/search' },
} as const;

/** What goes there, and what comes back. */
export interface ModelsCalls {
  readonly createLoggedModel: readonly [CreateLoggedModel, CreateLoggedModelResponse];
  readonly finalizeLoggedModel: readonly [FinalizeLoggedModel, FinalizeLoggedModelResponse];
  readonly getLoggedModel: readonly [GetLoggedModel, GetLoggedModelResponse];
  readonly searchLoggedModels: readonly [SearchLoggedModels, SearchLoggedModelsResponse];
  readonly createRegisteredModel: readonly [CreateRegisteredModel, CreateRegisteredModelResponse];
  readonly setRegisteredModelAlias: readonly [SetRegisteredModelAlias, SetRegisteredModelAliasResponse];
  readonly getModelVersionByAlias: readonly [GetModelVersionByAlias, GetModelVersionByAliasResponse];
  readonly createModelVersion: readonly [CreateModelVersion, CreateModelVersionResponse];
  readonly updateModelVersion: readonly [UpdateModelVersion, UpdateModelVersionResponse];
  readonly searchModelVersions: readonly [SearchModelVersions, SearchModelVersionsResponse];
}

export interface CreateLoggedModel {
  readonly experiment_id: string;
  readonly name?: string;
  readonly model_type?: string;
  readonly source_run_id?: string;
  readonly params?: readonly LoggedModelParameter[];
  readonly tags?: readonly LoggedModelTag[];
}

export interface LoggedModelParameter {
  readonly key?: string;
  readonly value?: string;
}

export interface LoggedModelTag {
  readonly key?: string;
  readonly value?: string;
}

export interface CreateLoggedModelResponse {
  readonly model?: LoggedModel;
}

export interface LoggedModel {
  readonly info?: LoggedModelInfo;
  readonly data?: LoggedModelData;
}

export interface LoggedModelInfo {
  readonly model_id?: string;
  readonly experiment_id?: string;
  readonly name?: string;
  readonly creation_timestamp_ms?: number;
  readonly last_updated_timestamp_ms?: number;
  readonly artifact_uri?: string;
  readonly status?: LoggedModelStatus;
  readonly creator_id?: number;
  readonly model_type?: string;
  readonly source_run_id?: string;
  readonly status_message?: string;
  readonly tags?: readonly LoggedModelTag[];
  readonly registrations?: readonly LoggedModelRegistrationInfo[];
}

export type LoggedModelStatus =
  | 'LOGGED_MODEL_STATUS_UNSPECIFIED'
  | 'LOGGED_MODEL_PENDING'
  | 'LOGGED_MODEL_READY'
  | 'LOGGED_MODEL_UPLOAD_FAILED';

export interface LoggedModelRegistrationInfo {
  readonly name?: string;
  readonly version?: string;
}

export interface LoggedModelData {
  readonly params?: readonly LoggedModelParameter[];
  readonly metrics?: readonly Metric[];
}

export interface Metric {
  readonly key?: string;
  readonly value?: Num;
  readonly timestamp?: number;
  readonly step?: number;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
  readonly model_id?: string;
  readonly run_id?: string;
}

export interface FinalizeLoggedModel {
  readonly model_id: string;
  readonly status: LoggedModelStatus;
}

export interface FinalizeLoggedModelResponse {
  readonly model?: LoggedModel;
}

export interface GetLoggedModel {
  readonly model_id: string;
}

export interface GetLoggedModelResponse {
  readonly model?: LoggedModel;
}

export interface SearchLoggedModels {
  readonly experiment_ids?: readonly string[];
  readonly filter?: string;
  readonly datasets?: readonly SearchLoggedModelsDataset[];
  readonly max_results?: number;
  readonly order_by?: readonly SearchLoggedModelsOrderBy[];
  readonly page_token?: string;
}

export interface SearchLoggedModelsDataset {
  readonly dataset_name: string;
  readonly dataset_digest?: string;
}

export interface SearchLoggedModelsOrderBy {
  readonly field_name: string;
  readonly ascending?: boolean;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface SearchLoggedModelsResponse {
  readonly models?: readonly LoggedModel[];
  readonly next_page_token?: string;
}

export interface CreateRegisteredModel {
  readonly name: string;
  readonly tags?: readonly RegisteredModelTag[];
  readonly description?: string;
  readonly deployment_job_id?: string;
}

export interface RegisteredModelTag {
  readonly key?: string;
  readonly value?: string;
}

export interface CreateRegisteredModelResponse {
  readonly registered_model?: RegisteredModel;
}

export interface RegisteredModel {
  readonly name?: string;
  readonly creation_timestamp?: number;
  readonly last_updated_timestamp?: number;
  readonly user_id?: string;
  readonly description?: string;
  readonly latest_versions?: readonly ModelVersion[];
  readonly tags?: readonly RegisteredModelTag[];
  readonly aliases?: readonly RegisteredModelAlias[];
  readonly deployment_job_id?: string;
  readonly deployment_job_state?: DeploymentJobConnectionState;
}

export interface ModelVersion {
  readonly name?: string;
  readonly version?: string;
  readonly creation_timestamp?: number;
  readonly last_updated_timestamp?: number;
  readonly user_id?: string;
  readonly current_stage?: string;
  readonly description?: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly status?: ModelVersionStatus;
  readonly status_message?: string;
  readonly tags?: readonly ModelVersionTag[];
  readonly run_link?: string;
  readonly aliases?: readonly string[];
  readonly model_id?: string;
  readonly model_params?: readonly ModelParam[];
  readonly model_metrics?: readonly ModelMetric[];
  readonly deployment_job_state?: ModelVersionDeploymentJobState;
}

export type ModelVersionStatus = 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION' | 'READY';

export interface ModelVersionTag {
  readonly key?: string;
  readonly value?: string;
}

export interface ModelParam {
  readonly name?: string;
  readonly value?: string;
}

export interface ModelMetric {
  readonly key?: string;
  readonly value?: Num;
  readonly timestamp?: number;
  readonly step?: number;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
  readonly model_id?: string;
  readonly run_id?: string;
}

export interface ModelVersionDeploymentJobState {
  readonly job_id?: string;
  readonly run_id?: string;
  readonly job_state?: DeploymentJobConnectionState;
  readonly run_state?: ModelVersionDeploymentJobStateDeploymentJobRunState;
  readonly current_task_name?: string;
}

export type DeploymentJobConnectionState =
  | 'DEPLOYMENT_JOB_CONNECTION_STATE_UNSPECIFIED'
  | 'NOT_SET_UP'
  | 'CONNECTED'
  | 'NOT_FOUND'
  | 'REQUIRED_PARAMETERS_CHANGED';

export type ModelVersionDeploymentJobStateDeploymentJobRunState =
  | 'DEPLOYMENT_JOB_RUN_STATE_UNSPECIFIED'
  | 'NO_VALID_DEPLOYMENT_JOB_FOUND'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'PENDING'
  | 'APPROVAL';

export interface RegisteredModelAlias {
  readonly alias?: string;
  readonly version?: string;
}

export interface SetRegisteredModelAlias {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
}

export type SetRegisteredModelAliasResponse = Record<string, never>;

export interface GetModelVersionByAlias {
  readonly name: string;
  readonly alias: string;
}

export interface GetModelVersionByAliasResponse {
  readonly model_version?: ModelVersion;
}

export interface CreateModelVersion {
  readonly name: string;
  readonly source: string;
  readonly run_id?: string;
  readonly tags?: readonly ModelVersionTag[];
  readonly run_link?: string;
  readonly description?: string;
  readonly model_id?: string;
}

export interface CreateModelVersionResponse {
  readonly model_version?: ModelVersion;
}

export interface UpdateModelVersion {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
}

export interface UpdateModelVersionResponse {
  readonly model_version?: ModelVersion;
}

export interface SearchModelVersions {
  readonly filter?: string;
  readonly max_results?: number;
  readonly order_by?: readonly string[];
  readonly page_token?: string;
}

export interface SearchModelVersionsResponse {
  readonly model_versions?: readonly ModelVersion[];
  readonly next_page_token?: string;
}
