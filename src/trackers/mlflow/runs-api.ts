/** Written by generate_api.py from the descriptors of MLflow 3.17.2; not edited by hand. */

/** JSON has no words for what is not finite. */
export type Num = number | 'NaN' | 'Infinity' | '-Infinity';

export const ENDPOINTS = {
  createExperiment: { method: 'POST', path: '/mlflow/experiments/create' },
  getExperimentByName: { method: 'GET', path: '/mlflow/experiments/get-by-name' },
  searchExperiments: { method: 'POST', path: '/mlflow/experiments/search' },
  setExperimentTag: { method: 'POST', path: '/mlflow/experiments/set-experiment-tag' },
  createRun: { method: 'POST', path: '/mlflow/runs/create' },
  getRun: { method: 'GET', path: '/mlflow/runs/get' },
  updateRun: { method: 'POST', path: '/mlflow/runs/update' },
  deleteRun: { method: 'POST', path: '/mlflow/runs/delete' },
  searchRuns: { method: 'POST', path: '/mlflow/runs/search' },
  logBatch: { method: 'POST', path: '/mlflow/runs/log-batch' },
  logInputs: { method: 'POST', path: '/mlflow/runs/log-inputs' },
  logOutputs: { method: 'POST', path: '/mlflow/runs/outputs' },
  getMetricHistory: { method: 'GET', path: '/mlflow/metrics/get-history' },
} as const;

/** What goes there, and what comes back. */
export interface RunsCalls {
  readonly createExperiment: readonly [CreateExperiment, CreateExperimentResponse];
  readonly getExperimentByName: readonly [GetExperimentByName, GetExperimentByNameResponse];
  readonly searchExperiments: readonly [SearchExperiments, SearchExperimentsResponse];
  readonly setExperimentTag: readonly [SetExperimentTag, SetExperimentTagResponse];
  readonly createRun: readonly [CreateRun, CreateRunResponse];
  readonly getRun: readonly [GetRun, GetRunResponse];
  readonly updateRun: readonly [UpdateRun, UpdateRunResponse];
  readonly deleteRun: readonly [DeleteRun, DeleteRunResponse];
  readonly searchRuns: readonly [SearchRuns, SearchRunsResponse];
  readonly logBatch: readonly [LogBatch, LogBatchResponse];
  readonly logInputs: readonly [LogInputs, LogInputsResponse];
  readonly logOutputs: readonly [LogOutputs, LogOutputsResponse];
  readonly getMetricHistory: readonly [GetMetricHistory, GetMetricHistoryResponse];
}

export interface CreateExperiment {
  readonly name: string;
  readonly artifact_location?: string;
  readonly tags?: readonly ExperimentTag[];
}

export interface ExperimentTag {
  readonly key?: string;
  readonly value?: string;
}

export interface CreateExperimentResponse {
  readonly experiment_id?: string;
}

export interface GetExperimentByName {
  readonly experiment_name: string;
}

export interface GetExperimentByNameResponse {
  readonly experiment?: Experiment;
}

export interface Experiment {
  readonly experiment_id?: string;
  readonly name?: string;
  readonly artifact_location?: string;
  readonly lifecycle_stage?: string;
  readonly last_update_time?: number;
  readonly creation_time?: number;
  readonly tags?: readonly ExperimentTag[];
  readonly effective_trace_archival_retention?: string;
  readonly workspace?: string;
}

export interface SearchExperiments {
  readonly max_results?: number;
  readonly page_token?: string;
  readonly filter?: string;
  readonly order_by?: readonly string[];
  readonly view_type?: ViewType;
}

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface SearchExperimentsResponse {
  readonly experiments?: readonly Experiment[];
  readonly next_page_token?: string;
}

export interface SetExperimentTag {
  readonly experiment_id: string;
  readonly key: string;
  readonly value: string;
}

export type SetExperimentTagResponse = Record<string, never>;

export interface CreateRun {
  readonly experiment_id?: string;
  readonly user_id?: string;
  readonly run_name?: string;
  readonly start_time?: number;
  readonly tags?: readonly RunTag[];
}

export interface RunTag {
  readonly key?: string;
  readonly value?: string;
}

export interface CreateRunResponse {
  readonly run?: Run;
}

export interface Run {
  readonly info?: RunInfo;
  readonly data?: RunData;
  readonly inputs?: RunInputs;
  readonly outputs?: RunOutputs;
}

export interface RunInfo {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly run_name?: string;
  readonly experiment_id?: string;
  readonly user_id?: string;
  readonly status?: RunStatus;
  readonly start_time?: number;
  readonly end_time?: number;
  readonly artifact_uri?: string;
  readonly lifecycle_stage?: string;
}

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface RunData {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly Param[];
  readonly tags?: readonly RunTag[];
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

export interface Param {
  readonly key?: string;
  readonly value?: string;
}

export interface RunInputs {
  readonly dataset_inputs?: readonly DatasetInput[];
  readonly model_inputs?: readonly ModelInput[];
}

export interface DatasetInput {
  readonly tags?: readonly InputTag[];
  readonly dataset: Dataset;
}

export interface InputTag {
  readonly key: string;
  readonly value: string;
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema?: string;
  readonly profile?: string;
}

export interface ModelInput {
  readonly model_id: string;
}

export interface RunOutputs {
  readonly model_outputs?: readonly ModelOutput[];
}

export interface ModelOutput {
  readonly model_id: string;
  readonly step: number;
}

export interface GetRun {
  readonly run_id?: string;
  readonly run_uuid?: string;
}

export interface GetRunResponse {
  readonly run?: Run;
}

export interface UpdateRun {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly status?: RunStatus;
  readonly end_time?: number;
  readonly run_name?: string;
}

export interface UpdateRunResponse {
  readonly run_info?: RunInfo;
}

export interface DeleteRun {
  readonly run_id: string;
}

export type DeleteRunResponse = Record<string, never>;

export interface SearchRuns {
  readonly experiment_ids?: readonly string[];
  readonly filter?: string;
  readonly run_view_type?: ViewType;
  readonly max_results?: number;
  readonly order_by?: readonly string[];
  readonly page_token?: string;
}

export interface SearchRunsResponse {
  readonly runs?: readonly Run[];
  readonly next_page_token?: string;
}

export interface LogBatch {
  readonly run_id?: string;
  readonly metrics?: readonly Metric[];
  readonly params?: readonly Param[];
  readonly tags?: readonly RunTag[];
}

export type LogBatchResponse = Record<string, never>;

export interface LogInputs {
  readonly run_id: string;
  readonly datasets?: readonly DatasetInput[];
  readonly models?: readonly ModelInput[];
}

export type LogInputsResponse = Record<string, never>;

export interface LogOutputs {
  readonly run_id: string;
  readonly models?: readonly ModelOutput[];
}

export type LogOutputsResponse = Record<string, never>;

export interface GetMetricHistory {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly metric_key: string;
  readonly page_token?: string;
  readonly max_results?: number;
}

export interface GetMetricHistoryResponse {
  readonly metrics?: readonly Metric[];
  readonly next_page_token?: string;
}
