/** Downloads a published image set, checks it, and unpacks it into a folder of its own. */
import { access, mkdir, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArchiveError } from '../data/archives/archive-error.js';
import { NodeDisk } from '../util/node-disk.js';
import { UserError } from '../util/user-error.js';
import { writeDigests } from './digest-list.js';
import { type ByteListener, download } from './download.js';
import type { Archive, OpenRelease } from './release.js';
import { unpack } from './unpack.js';

export interface FetchOptions {
  /** Absolute; the set becomes a folder in it. */
  readonly folder: string;
  /** Address of a folder with the same files, in place of where the set is published. */
  readonly mirror?: URL;
  readonly progress: ByteListener;
}

/**
 * Goes on where an earlier call ended. The set appears whole or not at all; its archives go once it is there.
 * @returns the set's folder, and whether it was there before
 * @throws UserError if it cannot be had, or is not what was published
 */
export async function fetchRelease(
  release: OpenRelease,
  { folder, mirror, progress }: FetchOptions,
): Promise<{ readonly path: string; readonly wasThere: boolean }> {
  const path = join(folder, release.name);
  if (await exists(path)) return { path, wasThere: true };
  const made = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UserError(`${folder} cannot be made a folder: ${String(error)}. Name another with --to.`, {
      cause: error,
    });
  });
  const lease = new NodeDisk().lease(join(folder, `.${release.name}.lease`));
  const owner = await lease.take();
  if (owner !== undefined)
    throw new UserError(`${release.name} is being fetched into ${folder} by another process (${owner}).`);
  try {
    if (await exists(path)) return { path, wasThere: true };
    const archives = release.archives.map((archive) => ({
      archive: { ...archive, url: mirror === undefined ? archive.url : mirrored(archive.url, mirror) },
      file: join(folder, basename(new URL(archive.url).pathname)),
    }));
    const ours: string[] = [];
    for (const { archive, file } of archives) if (await download(archive, file, progress)) ours.push(file);
    const staging = join(folder, `.${release.name}.unpacking`);
    await rm(staging, { recursive: true, force: true });
    try {
      await unpackAll(release, archives, { staging, path, progress });
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    for (const file of ours) await rm(file, { force: true });
    return { path, wasThere: false };
  } finally {
    await lease.release();
    // What was made for it, if nothing has come.
    if (made !== undefined) await rmdir(folder).catch(() => undefined);
  }
}

/** Of a folder with the same files. @throws UserError if it is no address */
export function mirrorAddress(text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    // Not told back, since it may hold a password.
    throw new UserError('--from must be an address that begins with http:// or https://.');
  const folder = new URL(text);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

/** The same file in another folder. */
function mirrored(url: string, folder: URL): string {
  const found = new URL(basename(new URL(url).pathname), folder);
  found.search = folder.search;
  return found.href;
}

interface Places {
  readonly staging: string;
  readonly path: string;
  readonly progress: ByteListener;
}

async function unpackAll(
  { name, top }: OpenRelease,
  archives: readonly { readonly archive: Archive; readonly file: string }[],
  { staging, path, progress }: Places,
): Promise<void> {
  const digests = new Map<string, string>();
  for (const { archive, file } of archives) {
    const { most, within } = archive;
    const told = (from: string) => (_: number, bytes: number) => {
      progress(`unpacking ${basename(from)}`, Math.min(bytes, most.bytes), most.bytes);
    };
    let from = file;
    if (within !== undefined) {
      const outer = join(staging, 'outer');
      const found = await unpack(file, outer, {
        most,
        wanted: (member) => member === within,
        progress: told(file),
      });
      if (!found.has(within)) throw new ArchiveError(`${file} holds no ${within}.`);
      from = join(outer, within);
    }
    for (const [member, digest] of await unpack(from, join(staging, 'set'), { most, progress: told(from) }))
      if (member.startsWith(`${top}/`)) digests.set(member.slice(top.length + 1), digest);
  }
  const unpacked = join(staging, 'set', top);
  if (digests.size === 0)
    throw new ArchiveError(`${archives.map(({ file }) => file).join(', ')} of ${name} has no folder ${top}.`);
  await writeDigests(unpacked, digests);
  await new NodeDisk().rename(unpacked, path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
