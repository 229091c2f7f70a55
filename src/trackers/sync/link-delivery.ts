/** A task that was done before, by another experiment, as a small run that says who made it. */
import type { LinkRecord } from '../journal-record.js';
import { findMaker } from './find-maker.js';
import type { RemoteRuns } from './remote-runs.js';
import type { Target } from './target.js';
import { environmentTags, runName, runParams, runTags } from './task-run.js';

/**
 * @param target the parent run
 * @param key of the link
 * @param tag that says that it has been delivered
 */
export async function deliverLink(
  { client, run: parent }: Target,
  remote: RemoteRuns,
  { record, key, tag }: { readonly record: LinkRecord; readonly key: string; readonly tag: string },
): Promise<void> {
  const run = await remote.ensure(key, {
    name: runName(record),
    startTime: record.time,
    tags: runTags(record),
    parentRunId: parent.id,
  });
  if (run.deleted || run.tags.has(tag)) return;
  const maker = await findMaker(client, record);
  const note = maker
    ? `Made by [${maker.name}](#/experiments/${maker.experimentId}/runs/${maker.id}).`
    : 'Made before, by a run that this server does not have.';
  const tags = {
    ...environmentTags(record),
    'mlflow.note.content': note,
    'stagecraft.cached': 'true',
    ...(maker && { 'stagecraft.made_by': maker.id }),
  };
  await remote.log(run, { params: runParams(record), tags });
  await client.updateRun(run.id, { status: 'FINISHED', endTime: record.time });
  // Who made it may be sent later: until then it is looked for again.
  if (maker) await remote.log(run, { tags: { [tag]: String(record.sequence) } });
}
