/** `SHA256SUMS` beside what was unpacked: the digest of each file, as `sha256sum --check` reads it too. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nameProblem } from '../data/archives/member-name.js';
import { isMissing } from '../util/disk.js';
import { NodeDisk } from '../util/node-disk.js';
import { UserError } from '../util/user-error.js';

const FILE = 'SHA256SUMS';

/** @param digests by path below the folder */
export async function writeDigests(folder: string, digests: ReadonlyMap<string, string>): Promise<void> {
  const lines = [...digests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`);
  await new NodeDisk().writeFile(join(folder, FILE), lines.join(''));
}

/** Undefined where there is no list. @throws UserError if it is none */
export async function readDigests(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
  let text;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const lines = text.split('\n').filter(Boolean);
  return new Map(
    lines.map((line, i) => {
      const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (digest === undefined || path === undefined || nameProblem(path) !== undefined)
        throw new UserError(`${join(folder, FILE)}:${i + 1} is no digest with a path.`);
      return [path, digest] as const;
    }),
  );
}

/** What is wrong, a sentence each, in the order of the list. */
export async function compareDigests(
  folder: string,
  digests: ReadonlyMap<string, string>,
  progress: (done: number, total: number) => void,
): Promise<readonly string[]> {
  const problems: string[] = [];
  let done = 0;
  for (const [path, digest] of digests) {
    const found = await digestOf(join(folder, path));
    if (found === undefined) problems.push(`${path} is gone.`);
    else if (found !== digest)
      problems.push(`${path} is no longer what was unpacked: its SHA-256 is another.`);
    progress(++done, digests.size);
  }
  return problems;
}

/** Undefined if there is no such file. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
