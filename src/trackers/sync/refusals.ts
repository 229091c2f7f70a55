/** What a server will never take, and what cannot be read here: remembered and told, while the rest goes on. */
import { NOT_PROXIED } from '../mlflow/artifacts.js';
import { MlflowError, UnfitValueError } from '../mlflow/mlflow-error.js';

/** Answers 500 to one and the same thing, after which it is no longer tried by this process. */
const MOST_FAILURES = 8;

/** A file that is gone or is not what was stored. */
export class UnsendableError extends Error {
  override readonly name = 'UnsendableError';
}

export class Refusals {
  readonly problems = new Set<string>();
  /** Answers 500 so far, by what was to be delivered. */
  readonly #failures = new Map<string, number>();

  /**
   * @param what for people
   * @param forbidden whether a login that may not do this is a matter of this alone, not of all that is sent
   * @returns whether it was done; false where it is refused
   * @throws MlflowError for what may pass, or concerns everything
   */
  async guard(
    what: string,
    work: () => Promise<unknown>,
    { forbidden = false }: { readonly forbidden?: boolean } = {},
  ): Promise<boolean> {
    try {
      await work();
      this.#failures.delete(what);
      return true;
    } catch (error) {
      if (!this.#isOfThisAlone(what, error, forbidden)) throw error;
      this.problems.add(`${what}: ${(error as Error).message}`);
      return false;
    }
  }

  #isOfThisAlone(what: string, error: unknown, forbidden: boolean): boolean {
    if (error instanceof UnfitValueError || error instanceof UnsendableError || isFileError(error))
      return true;
    if (!(error instanceof MlflowError)) return false;
    const { status, code, mayPass } = error.facts;
    if (code === NOT_PROXIED) return true;
    if (status === 401 || status === 403) return forbidden;
    if (status !== 500) return !mayPass && status !== undefined;
    const failures = (this.#failures.get(what) ?? 0) + 1;
    this.#failures.set(what, failures);
    return failures >= MOST_FAILURES;
  }
}

/** Of this machine's files, as Node tells it; those of connections come as {@link MlflowError}. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
