/** Puts finished pictures where people look: `runs/<experiment>/<stage>.png`, numbered where a stage has several. */
import { join } from 'node:path';
import { PICTURE_FILE, PICTURE_TYPE } from '../run/picture.js';
import type { ReportFile } from '../run/tracker.js';
import { type FinishedExperiment, readOrSetAside, replaceFile, type Shelf } from './shelf.js';

/** @throws DamagedArtifactError if a picture is not what was stored; it has been set aside then */
export async function writePictures(
  { plan, experiment, done }: FinishedExperiment,
  shelf: Shelf,
): Promise<readonly ReportFile[]> {
  const mine = new Set(experiment.tasks);
  const written: ReportFile[] = [];
  const seen = new Map<string, number>();
  for (const { recipe, output, stage } of plan.tasks) {
    const execution = output === PICTURE_TYPE && mine.has(recipe) ? done.get(recipe) : undefined;
    if (!execution) continue;
    const number = (seen.get(stage) ?? 0) + 1;
    seen.set(stage, number);
    await shelf.disk.makeDirectory(shelf.directory);
    const report = `${stage}${number === 1 ? '' : `-${number}`}`;
    const path = join(shelf.directory, `${report}.png`);
    const picture = await readOrSetAside(shelf.store, execution, PICTURE_FILE);
    written.push({ path, sha256: await replaceFile(shelf.disk, path, picture), report, holds: 'picture' });
  }
  return written;
}
