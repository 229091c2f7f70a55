/** {@link Disk} on the real file system. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Disk, type DiskLog, isMissing, type Lease } from './disk.js';
import { FileLease } from './file-lease.js';

const PART_BYTES = 2 ** 20;

export class NodeDisk extends Disk {
  async readFile(path: string): Promise<Uint8Array> {
    return readFile(path);
  }

  override readParts(path: string): AsyncIterable<Uint8Array> {
    return createReadStream(path, { highWaterMark: PART_BYTES });
  }

  async writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async openLog(path: string, mustBeNew: boolean): Promise<DiskLog> {
    const file = await open(path, mustBeNew ? 'ax' : 'a');
    return {
      append: async (text) => {
        await file.appendFile(text);
      },
      sync: () => file.datasync(),
      close: () => file.close(),
    };
  }

  async makeDirectory(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
  }

  async list(path: string): Promise<string[]> {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async rename(from: string, to: string): Promise<boolean> {
    try {
      await rename(from, to);
    } catch (error) {
      if (
        error instanceof Error &&
        'code' in error &&
        (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
      )
        return false;
      throw error;
    }
    await this.syncDirectory(dirname(to));
    return true;
  }

  async syncDirectory(path: string): Promise<void> {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  lease(path: string): Lease {
    return new FileLease(path);
  }
}
