/** The best net of an experiment as a version of a registered model, which the alias `best` points to. */
import type { SegmentRecord } from '../journal-record.js';
import { formatLabels } from '../../plan/labels.js';
import { fitModelName } from '../mlflow/models.js';
import { required } from '../mlflow/required.js';
import { modelOf } from './artifact-delivery.js';
import type { Best } from './best-net.js';
import type { Target } from './target.js';

const ALIAS = 'best';

/** @param target the run that made the net */
export async function registerBest(
  { client, experimentId, run }: Target,
  { top1ErrorPercent, evaluation }: Best,
  { experiment, title }: SegmentRecord,
): Promise<void> {
  const model = await modelOf(client, experimentId, run.id);
  // Its files were gone: that has been said.
  if (!model?.ready) return;
  const name = fitModelName(experiment);
  await client.models.register(name, `The net of "${title}" with the lowest top-1 error.`);
  const known = (await client.models.versions(name)).find((version) => version.run_id === run.id);
  const version = known ?? (await client.models.createVersion(name, model.id, run.id));
  const number = required(version.version, 'model_version.version');
  await client.models.describeVersion(
    name,
    number,
    `Top-1 error ${top1ErrorPercent.toFixed(2)}%, measured with ${formatLabels(evaluation.labels)}.`,
  );
  await client.models.setAlias(name, ALIAS, number);
}
