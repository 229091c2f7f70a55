/**
 * Keeps two senders from delivering one journal to one server at once. They would find each other's runs, but do the
 * work twice.
 */
import { join } from 'node:path';
import { digestBytes } from '../../util/digest.js';
import { FileLease } from '../../util/file-lease.js';

/** @param folder absolute, of the journal; @param url of the server, without credentials */
export function senderLock(folder: string, url: string): FileLease {
  return new FileLease(join(folder, `sender-${digestBytes(sameHost(url)).slice(0, 8)}`));
}

/** This machine goes by several names. */
function sameHost(url: string): string {
  return url.replace(/^(https?:\/\/)(127\.0\.0\.1|\[::1\])(?=[:/]|$)/, '$1localhost');
}
