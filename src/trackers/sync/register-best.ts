/** The best net of an experiment as a version of a registered model, which the alias `best` points to. */
import { formatLabels } from '../../plan/labels.js';
import type { MlflowClient } from '../mlflow/client.js';
import { fitModelName } from '../mlflow/models.js';
import { required } from '../mlflow/required.js';
import { modelOf } from './artifact-delivery.js';
import type { Best } from './best-net.js';

const ALIAS = 'best';

/**
 * @param runId of the run that made the net
 * @param experiment its name on the server, and its title
 */
export async function registerBest(
  client: MlflowClient,
  runId: string,
  { top1ErrorPercent, evaluation }: Best,
  experiment: { readonly name: string; readonly title: string },
): Promise<void> {
  const { info } = await client.run(runId);
  const model = await modelOf(client, required(info?.experiment_id, 'run.info.experiment_id'), runId);
  // Its files were gone: that has been said.
  if (!model?.ready) return;
  const name = fitModelName(experiment.name);
  await client.models.register(name, `The net of "${experiment.title}" with the lowest top-1 error.`);
  const known = (await client.models.versions(name)).find((version) => version.run_id === runId);
  const version = known ?? (await client.models.createVersion(name, model.id, runId));
  const number = required(version.version, 'model_version.version');
  await client.models.describeVersion(
    name,
    number,
    `Top-1 error ${top1ErrorPercent.toFixed(2)}%, measured with ${formatLabels(evaluation.labels)}.`,
  );
  await client.models.setAlias(name, ALIAS, number);
}
