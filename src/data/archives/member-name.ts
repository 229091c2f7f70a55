/** Names in archives, which are paths that somebody else has chosen. */

/** Of one part of a path; what most file systems take. */
const MOST_PART_BYTES = 255;
const MOST_BYTES = 4096;

/** A path with `/` below the archive's top; `./` and a closing `/` are gone. Empty for the top itself. */
export function plainName(name: string): string {
  return name
    .split('/')
    .filter((part, i, all) => part !== '.' && !(part === '' && i === all.length - 1 && i > 0))
    .join('/');
}

/** Why nothing may be written under a name, as the end of a sentence about it; undefined if it is a plain path. */
export function nameProblem(name: string): string | undefined {
  if (name.includes('\0')) return 'has a name with a NUL byte in it';
  if (name.includes('\\')) return 'has a name with a backslash in it, which is a separator on some systems';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name))
    return 'has an absolute path, which would leave the folder';

  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a name with a control character in it';
  const parts = name.split('/');
  if (parts.includes('..')) return 'has a path with "..", which would leave the folder';
  if (parts.includes('')) return 'has a path with an empty part';
  if (Buffer.byteLength(name) > MOST_BYTES) return `has a path of more than ${MOST_BYTES} bytes`;
  if (parts.some((part) => Buffer.byteLength(part) > MOST_PART_BYTES))
    return `has a name of more than ${MOST_PART_BYTES} bytes`;
  return undefined;
}
