/** The run, of whatever experiment of the server, that made an artifact. */
import type { MlflowClient } from '../mlflow/client.js';
import type { LinkRecord } from '../journal-record.js';

export interface Maker {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  /** Error rates that it has, by key. */
  readonly errors: readonly { readonly key: string; readonly value: number }[];
}

/** Of evaluations; what is watched in a training is its own. */
const ERROR_RATE = /^top[15]_error_percent$/;

export async function findMaker(
  client: MlflowClient,
  { recipe, output }: Pick<LinkRecord, 'recipe' | 'output'>,
): Promise<Maker | undefined> {
  const ids: string[] = [];
  for await (const { experiment_id: id } of client.searchExperiments()) if (id !== undefined) ids.push(id);
  const filter = `tags.\`stagecraft.output\` = '${output}' AND params.recipe = '${recipe}'`;
  for await (const { info, data } of client.searchRuns(ids, filter)) {
    // A link is no maker.
    if (data?.tags?.some(({ key }) => key === 'stagecraft.cached')) continue;
    const { run_id: id, experiment_id: experimentId, run_name: name = '' } = info ?? {};
    if (id === undefined || experimentId === undefined) continue;
    const errors = (data?.metrics ?? [])
      .filter(({ key = '' }) => ERROR_RATE.test(key))
      .map(({ key = '', value = 0 }) => ({ key, value: Number(value) }));
    return { id, experimentId, name, errors };
  }
  return undefined;
}
