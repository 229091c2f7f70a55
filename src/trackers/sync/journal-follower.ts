/** Reads a journal as it grows: what is on the disk for good, each record once, in the order of the segments. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../util/disk.js';
import { isOurSegment, type JournalRecord, parseRecord, SEGMENT_NAME } from '../journal-record.js';

/** A record, and the number of the segment that it stands in. */
export interface Followed {
  readonly segment: number;
  readonly record: JournalRecord;
}

interface Place {
  /** Bytes read and parsed. */
  offset: number;
  /** Nothing more comes from it: a torn line, or a format that is not ours. */
  ended: boolean;
}

/** Of a segment that are read at once: bounds the memory. */
const PART_BYTES = 2 ** 18;

const NEWLINE = 0x0a;

export class JournalFollower {
  readonly #folder: string;
  readonly #places = new Map<string, Place>();

  /** @param folder absolute, of one experiment's journal; it need not exist yet */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The next records, some thousand at most.
   * @returns none when all that is there now has been read
   */
  async next(): Promise<readonly Followed[]> {
    for (const name of await this.#segments()) {
      let place = this.#places.get(name);
      if (!place) this.#places.set(name, (place = { offset: 0, ended: false }));
      if (place.ended) continue;
      const records = await this.#read(name, place);
      if (records.length > 0) return records.map((record) => ({ segment: Number(name.slice(0, 6)), record }));
    }
    return [];
  }

  async #segments(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => SEGMENT_NAME.test(name)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async #read(name: string, place: Place): Promise<readonly JournalRecord[]> {
    const bytes = await readLines(join(this.#folder, name), place.offset);
    const records: JournalRecord[] = [];
    for (let start = 0, stop = bytes.indexOf(NEWLINE); stop >= 0; stop = bytes.indexOf(NEWLINE, start)) {
      const record = parseRecord(bytes.toString('utf8', start, stop));
      if (!record || (record.type === 'segment' && !isOurSegment(record))) {
        place.ended = true;
        break;
      }
      records.push(record);
      place.offset += stop + 1 - start;
      start = stop + 1;
    }
    return records;
  }
}

/** The next part with a whole line in it, if there is one: a line may be longer than a part. */
async function readLines(path: string, offset: number): Promise<Buffer> {
  for (let length = PART_BYTES; ; length *= 2) {
    const bytes = await readDurable(path, offset, length);
    if (bytes.length < length || bytes.includes(NEWLINE)) return bytes;
  }
}

/**
 * What is in the page cache only may be gone after a power cut, and then be written anew with other times: a server
 * that has seen it would have it twice.
 */
async function readDurable(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size <= offset) return Buffer.alloc(0);
    await file.datasync();
    const bytes = Buffer.alloc(Math.min(size - offset, length));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
