/** As much of MLflow's logged models and registry as deliveries use, in memory. */

interface Model {
  readonly model_id: string;
  readonly source_run_id: string;
  readonly artifact_uri: string;
  status: string;
}

type Body = Record<string, unknown>;

export class ModelsStandIn {
  readonly #models: Model[] = [];
  /** Versions of registered models, oldest first. */
  readonly versions: { readonly name: string; readonly run_id: string; readonly version: string }[] = [];
  /** Version by `name@alias`. */
  readonly aliases = new Map<string, string>();

  /** @returns undefined for what it does not know */
  answer(method: string, path: string, asked: Body): Body | undefined {
    const text = (key: string) => String(asked[key]);
    const ofModel = this.#models.find(({ model_id: id }) => path === `logged-models/${id}`);
    if (ofModel) {
      if (method === 'PATCH') ofModel.status = 'LOGGED_MODEL_READY';
      return { model: { info: ofModel } };
    }
    switch (path) {
      case 'logged-models/search': {
        const run = /source_run_id = '([^']*)'/.exec(text('filter'))?.[1];
        const found = this.#models.filter(({ source_run_id: of }) => of === run);
        return { models: found.map((info) => ({ info })) };
      }
      case 'logged-models': {
        const run = text('source_run_id');
        const info = {
          ...{ model_id: `m-${this.#models.length}`, source_run_id: run, status: 'LOGGED_MODEL_PENDING' },
          artifact_uri: `mlflow-artifacts:/1/${run}/artifacts`,
        };
        this.#models.push(info);
        return { model: { info } };
      }
      case 'registered-models/create':
      case 'model-versions/update':
        return {};
      case 'registered-models/alias':
        this.aliases.set(`${text('name')}@${text('alias')}`, text('version'));
        return {};
      case 'model-versions/search':
        return { model_versions: this.versions.filter(({ name }) => text('filter').includes(`'${name}'`)) };
      case 'model-versions/create': {
        const version = String(this.versions.length + 1);
        this.versions.push({ name: text('name'), run_id: text('run_id'), version });
        return { model_version: this.versions.at(-1) };
      }
      default:
        return undefined;
    }
  }
}
