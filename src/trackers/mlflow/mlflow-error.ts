/** What went wrong between us and an MLflow server. */

export interface MlflowErrorFacts {
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** The server's word, e.g. RESOURCE_DOES_NOT_EXIST; or ours: UNREACHABLE, TIMEOUT, NOT_MLFLOW. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly mayPass: boolean;
  /** What the server asked us to wait, ms. */
  readonly retryAfterMs?: number;
}

/** Messages name the address without credentials, the request and what came back. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  readonly facts: MlflowErrorFacts;

  constructor(message: string, facts: MlflowErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.facts = facts;
  }

  get code(): string {
    return this.facts.code;
  }
}

/** A value that the server would cut, drop or misread in silence; nothing was sent. */
export class UnfitValueError extends TypeError {
  override readonly name = 'UnfitValueError';
}
