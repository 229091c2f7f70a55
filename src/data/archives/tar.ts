/**
 * The members of a tar: ustar, GNU and pax. Only plain files and folders with plain names are taken; an image set
 * needs nothing else, and what else there is (links, devices, sparse files) is how archives do harm.
 */
import { ArchiveError } from './archive-error.js';
import type { ByteReader } from './byte-reader.js';
import { shownName } from '../../util/shown-name.js';
import { nameProblem, plainName } from './member-name.js';
import { paxRecords } from './pax.js';
import { BLOCK_BYTES, parseTarHeader } from './tar-header.js';

export interface TarMember {
  /** With `/`, relative, without `.` or `..`. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  /** Where its content begins, in bytes from the reader's beginning. */
  readonly at: number;
}

/** A longer name or record is no name. */
const MOST_EXTENSION_BYTES = 64 * 1024;
/** A name, a link's name and records, each a few times. */
const MOST_EXTENSIONS = 8;

const REFUSED: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a character device',
  '4': 'is a block device',
  '6': 'is a pipe',
  S: 'is a sparse file',
};

/**
 * Each member, in the archive's order. Its content may be read from the reader, as far as wanted, before the next is
 * asked for.
 * @param archive its name in messages
 * @throws ArchiveError for whatever is no tar of plain files and folders, and for one that is cut short
 */
export async function* tarMembers(
  reader: ByteReader,
  archive: string,
): AsyncGenerator<TarMember, void, undefined> {
  let longName: string | undefined;
  let longSize: number | undefined;
  let extensions = 0;
  for (;;) {
    const at = reader.position;
    const block = await reader.read(BLOCK_BYTES);
    if (block.length < BLOCK_BYTES)
      throw new ArchiveError(
        `${archive} is cut short: at byte ${at}, where a header or the closing block should be, it has ${block.length} bytes.`,
      );
    const header = parseTarHeader(block);
    if (header === 'end') return;
    if ('wrong' in header)
      throw new ArchiveError(`${archive} is no tar, or damaged, at byte ${at}: ${header.wrong}.`);
    if ('LKxg'.includes(header.type)) {
      extensions += 1;
      const said = await extension(reader, {
        ...header,
        archive,
        at,
        isOneTooMany: extensions > MOST_EXTENSIONS,
      });
      if (header.type === 'L') longName = said.toString('utf8').replace(/\0+$/, '');
      if (header.type === 'x' || header.type === 'g') {
        const records = paxRecords(said);
        if (!records)
          throw new ArchiveError(`${archive} is damaged at byte ${at}: its pax records cannot be read.`);
        if (header.type === 'g' && (records.has('path') || records.has('size')))
          throw new ArchiveError(
            `${archive} is refused at byte ${at}: it gives all members one path or size.`,
          );
        longName = records.get('path') ?? longName;
        if (records.has('size')) longSize = Number(records.get('size'));
      }
      continue;
    }
    const name = longName ?? header.name;
    const bytes = longSize ?? header.bytes;
    [longName, longSize, extensions] = [undefined, undefined, 0];
    const isFolder = header.type === '5' || (header.type === '0' && name.endsWith('/'));
    const refused = isFolder || header.type === '0' || header.type === '7' ? undefined : kindOf(header.type);
    const plain = plainName(name);
    const problem = refused ?? (plain === '' && isFolder ? undefined : nameProblem(plain));
    if (problem !== undefined)
      throw new ArchiveError(`${archive} is refused: its member ${shownName(name)} ${problem}.`);
    if (!Number.isSafeInteger(bytes) || bytes < 0 || (isFolder && bytes > 0))
      throw new ArchiveError(`${archive} is damaged: its member ${shownName(name)} has no size that can be.`);
    const start = reader.position;
    if (plain !== '') yield { name: plain, isFolder, bytes, at: start };
    const left = bytes - (reader.position - start);
    if ((await reader.skip(left)) < left)
      throw new ArchiveError(
        `${archive} is cut short within its member ${shownName(name)}, which has ${bytes} bytes.`,
      );
    await reader.skip(padding(bytes));
  }
}

function kindOf(type: string): string {
  return REFUSED[type] ?? `is of a kind ${shownName(type)} that is neither file nor folder`;
}

async function extension(
  reader: ByteReader,
  {
    bytes,
    archive,
    at,
    isOneTooMany,
  }: {
    readonly bytes: number;
    readonly archive: string;
    readonly at: number;
    readonly isOneTooMany: boolean;
  },
): Promise<Buffer> {
  if (isOneTooMany || bytes > MOST_EXTENSION_BYTES)
    throw new ArchiveError(
      `${archive} is refused at byte ${at}: what comes before a member is longer than any name.`,
    );
  const said = Buffer.from(await reader.read(bytes));
  if (said.length < bytes)
    throw new ArchiveError(`${archive} is cut short within the name of a member, at byte ${at}.`);
  await reader.skip(padding(bytes));
  return said;
}

/** Up to the next block. */
function padding(bytes: number): number {
  return (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
}
