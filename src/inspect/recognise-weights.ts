/** Which published net a file of weights is, by its digests. */
import { NET_NAMES } from '../nn/nets.js';
import { fileDigests } from '../nn/weights/file-digests.js';
import { type Release, releaseOf } from '../nn/weights/releases.js';
import { UserError } from '../util/user-error.js';

export interface RecognisedWeights {
  readonly sha256: string;
  /** Undefined for files that nobody has published, as far as is known. */
  readonly release: Release | undefined;
  readonly net: string;
}

/**
 * @param path absolute
 * @param net that the user names; undefined if he leaves that to us
 * @throws UserError if there is no such file, or neither of us knows its net
 */
export async function recogniseWeights(
  path: string,
  net: string | undefined,
  signal: AbortSignal,
): Promise<RecognisedWeights> {
  const digests = await fileDigests(path, signal);
  const release = releaseOf(digests);
  const { sha256 } = digests;
  const known = net ?? release?.net;
  if (known === undefined)
    throw new UserError(
      `${path} is none of the published files that are known by their digests (its SHA-256 is ${sha256}). Which net is it? --net ${NET_NAMES.join('|')}`,
    );
  return { sha256, release, net: known };
}
