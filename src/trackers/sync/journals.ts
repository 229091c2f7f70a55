/** The experiments of a store that have a journal. */
import { readdir } from 'node:fs/promises';
import type { RunsDirectory } from '../../run/runs-directory.js';
import { isMissing } from '../../util/disk.js';
import { SEGMENT_NAME } from '../journal-record.js';

/** @returns names, sorted */
export async function journals(runs: RunsDirectory): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await namesIn(runs.path))
    if ((await namesIn(runs.journal(name))).some((file) => SEGMENT_NAME.test(file))) names.push(name);
  return names;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
