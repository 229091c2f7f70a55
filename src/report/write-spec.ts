/** Keeps with the results what they were asked by: `runs/<experiment>/spec.yaml`, whole, as `stagecraft show` prints it. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ReportFile } from '../run/tracker.js';
import { type LocatedMap, toPlain, withEntries } from '../spec/located.js';
import { replaceFile, type Shelf } from './shelf.js';

/** @param tree of the spec, composed: profile and defaults have gone where they belong */
export async function writeSpec(
  tree: LocatedMap,
  { disk, directory }: Pick<Shelf, 'disk' | 'directory'>,
): Promise<ReportFile> {
  await disk.makeDirectory(directory);
  const path = join(directory, 'spec.yaml');
  const whole = withEntries(tree, { profiles: undefined, defaults: undefined });
  const text = stringify(toPlain(whole), { aliasDuplicateObjects: false });
  return { path, sha256: await replaceFile(disk, path, text), report: 'spec', holds: 'spec' };
}
