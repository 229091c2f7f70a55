/** Logged models, and the registry of models with versions and aliases. */
import type { LoggedModel, ModelVersion } from './models-api.js';
import type { Endpoints } from './endpoints.js';
import { MlflowError } from './mlflow-error.js';
import { required } from './required.js';
import { sentParam, sentTag, type Texts } from './values.js';

export interface NewModel {
  readonly experimentId: string;
  readonly name: string;
  readonly sourceRunId: string;
  readonly params?: Texts;
  readonly tags?: Texts;
}

const NOT_IN_MODEL_NAMES = /[/:.%"']/g;

/** The nearest name that the server takes for a model. */
export function fitModelName(name: string): string {
  return name.replace(NOT_IN_MODEL_NAMES, '-') || '-';
}

export class MlflowModels {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  /** A model whose files are still to come. Not repeated after a lost answer; search before you call it again. */
  async create({ experimentId, name, sourceRunId, params = {}, tags = {} }: NewModel): Promise<LoggedModel> {
    const { model } = await this.#endpoints.call('createLoggedModel', {
      experiment_id: experimentId,
      name,
      source_run_id: sourceRunId,
      params: Object.entries(params).map(([key, value]) => sentParam(key, value)),
      tags: Object.entries(tags).map(([key, value]) => sentTag(key, value)),
    });
    return required(model, 'model');
  }

  /** Says that its files are there. */
  async finalize(
    modelId: string,
    status: 'LOGGED_MODEL_READY' | 'LOGGED_MODEL_UPLOAD_FAILED',
  ): Promise<void> {
    await this.#endpoints.call('finalizeLoggedModel', { model_id: modelId, status });
  }

  async get(modelId: string): Promise<LoggedModel> {
    const { model } = await this.#endpoints.call('getLoggedModel', { model_id: modelId });
    return required(model, 'model');
  }

  /** @param filter as in MLflow's search, e.g. `source_run_id = '...'` */
  async search(experimentId: string, filter: string): Promise<readonly LoggedModel[]> {
    const { models = [] } = await this.#endpoints.call('searchLoggedModels', {
      experiment_ids: [experimentId],
      filter,
    });
    return models;
  }

  /** Makes a registered model; nothing happens if there is one of the name. */
  async register(name: string, description: string): Promise<void> {
    await this.#endpoints.call('createRegisteredModel', { name, description }).catch((error: unknown) => {
      if (!(error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS')) throw error;
    });
  }

  async versions(name: string): Promise<readonly ModelVersion[]> {
    const { model_versions: versions = [] } = await this.#endpoints.call('searchModelVersions', {
      filter: `name = '${name.replaceAll("'", "''")}'`,
    });
    return versions;
  }

  /** Of a logged model. Not repeated after a lost answer; look at the versions before you call it again. */
  async createVersion(name: string, modelId: string, runId: string): Promise<ModelVersion> {
    const { model_version: version } = await this.#endpoints.call('createModelVersion', {
      name,
      source: `models:/${modelId}`,
      model_id: modelId,
      run_id: runId,
    });
    return required(version, 'model_version');
  }

  async describeVersion(name: string, version: string, description: string): Promise<void> {
    await this.#endpoints.call('updateModelVersion', { name, version, description });
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.#endpoints.call('setRegisteredModelAlias', { name, alias, version });
  }

  async versionByAlias(name: string, alias: string): Promise<ModelVersion> {
    const { model_version: version } = await this.#endpoints.call('getModelVersionByAlias', { name, alias });
    return required(version, 'model_version');
  }
}
