/** A digest of our compiled code, for the manifests. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Over the names and contents of all `.js` files below a folder, 64 hex digits. */
export function digestCode(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex');
}

/** Of the code that is running. */
export function ownCodeDigest(): string {
  return digestCode(fileURLToPath(new URL('..', import.meta.url)));
}
