/** Puts finished pictures where people look: `runs/<experiment>/<stage>.png`, numbered where a stage has several. */
import { join } from 'node:path';
import { PICTURE_FILE, PICTURE_TYPE } from '../run/picture.js';
import { type FinishedExperiment, readOrSetAside, replaceFile, type Shelf } from './shelf.js';

/**
 * @returns absolute paths of the files
 * @throws DamagedArtifactError if a picture is not what was stored; it has been set aside then
 */
export async function writePictures(
  { plan, experiment, done }: FinishedExperiment,
  shelf: Shelf,
): Promise<readonly string[]> {
  const mine = new Set(experiment.tasks);
  const written: string[] = [];
  const seen = new Map<string, number>();
  for (const { recipe, output, stage } of plan.tasks) {
    const execution = output === PICTURE_TYPE && mine.has(recipe) ? done.get(recipe) : undefined;
    if (!execution) continue;
    const number = (seen.get(stage) ?? 0) + 1;
    seen.set(stage, number);
    await shelf.disk.makeDirectory(shelf.directory);
    const file = join(shelf.directory, `${stage}${number === 1 ? '' : `-${number}`}.png`);
    await replaceFile(shelf.disk, file, await readOrSetAside(shelf.store, execution, PICTURE_FILE));
    written.push(file);
  }
  return written;
}
