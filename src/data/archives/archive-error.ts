import { UserError } from '../../util/user-error.js';

/** An archive that is damaged, or that would do what no image set needs: by archive and member. */
export class ArchiveError extends UserError {
  override readonly name = 'ArchiveError';
}
