/** A task that was done before, by another experiment, as a small run that says who made it. */
import type { LinkRecord } from '../journal-record.js';
import type { MlflowClient } from '../mlflow/client.js';
import { findMaker } from './find-maker.js';
import type { RemoteRun, RemoteRuns } from './remote-runs.js';
import { environmentTags, runName, runParams, runTags } from './task-run.js';

/** Names the run that made it. */
const MADE_BY_TAG = 'stagecraft.made_by';

export interface LinkFacts {
  readonly record: LinkRecord;
  readonly key: string;
  /** That says that it has been delivered. */
  readonly tag: string;
  readonly parent: RemoteRun;
}

export class Links {
  /** Those whose maker is not on the server, by key: another journal may bring it. */
  readonly #open = new Map<string, LinkFacts>();
  /** Runs on the server that stand for what was made before, by recipe. */
  readonly #runs = new Map<string, RemoteRun>();

  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  get open(): readonly LinkFacts[] {
    return [...this.#open.values()];
  }

  /** Id of the run that made what a task was to make; undefined where the server does not have it. */
  makerOf(recipe: string): string | undefined {
    return this.#runs.get(recipe)?.tags.get(MADE_BY_TAG);
  }

  /** @returns the run that stands for it */
  async deliver(client: MlflowClient, remote: RemoteRuns, link: LinkFacts): Promise<RemoteRun> {
    const run = await deliverLink(client, remote, link);
    this.#runs.set(link.record.recipe, run);
    if (run.deleted || run.tags.has(link.tag)) this.#open.delete(link.key);
    else this.#open.set(link.key, link);
    return run;
  }
}

/** @returns the run that stands for it; without the tag where who made it is not on the server yet */
async function deliverLink(
  client: MlflowClient,
  remote: RemoteRuns,
  { record, key, tag, parent }: LinkFacts,
): Promise<RemoteRun> {
  const run = await remote.ensure(key, {
    name: runName(record),
    startTime: record.time,
    tags: runTags(record),
    parentRunId: parent.id,
  });
  if (run.deleted || run.tags.has(tag)) return run;
  const maker = await findMaker(client, record);
  const note = maker
    ? `Made by [${maker.name}](#/experiments/${maker.experimentId}/runs/${maker.id}).`
    : 'Made before, by a run that this server does not have.';
  const tags = {
    ...runTags(record),
    ...environmentTags(record),
    'mlflow.note.content': note,
    'stagecraft.cached': 'true',
    ...(maker && { [MADE_BY_TAG]: maker.id }),
  };
  // What was measured then, so that it can be compared here.
  const measured = (maker?.errors ?? []).filter(({ key: name }) => !run.latest.has(name));
  const metrics = measured.map((metric) => ({ ...metric, timestamp: record.time, step: 0 }));
  await remote.log(run, { params: runParams(record), tags, metrics });
  if (run.status !== 'FINISHED') {
    await client.updateRun(run.id, { status: 'FINISHED', endTime: record.time });
    run.status = 'FINISHED';
  }
  if (maker) await remote.log(run, { tags: { [tag]: String(record.sequence) } });
  return run;
}
