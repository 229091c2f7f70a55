/** When a request is sent again, and after which pause. */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { MlflowError } from './mlflow-error.js';

export interface RetryPolicy {
  /** Besides the first try. */
  readonly retries: number;
  /** The pause before the first retry, ms; each later one is twice as long. */
  readonly pauseMs: number;
  /** The longest pause, ms; also where the server asks for more. */
  readonly maxPauseMs: number;
  /** Told before each pause, of what made it. */
  readonly onRetry?: (error: MlflowError) => void;
}

/** Seven retries as Python's client has, but with pauses that end. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 7, pauseMs: 500, maxPauseMs: 60_000 };

/**
 * The pause before a retry: what the server asked for, else twice the one before; with as much chance as there is pause,
 * so that clients that were turned away together do not come back together.
 * @param retry from 1
 * @param chance in [0, 1)
 * @returns ms
 */
export function pauseBefore(
  retry: number,
  { pauseMs, maxPauseMs }: RetryPolicy,
  { retryAfterMs, chance }: { readonly retryAfterMs?: number | undefined; readonly chance: number },
): number {
  if (retryAfterMs !== undefined) return Math.min(maxPauseMs, retryAfterMs + chance * pauseMs);
  const whole = Math.min(maxPauseMs, pauseMs * 2 ** (retry - 1));
  return whole / 2 + (chance * whole) / 2;
}

/**
 * @param attempt is called until it succeeds or throws what will not pass
 * @throws what the last attempt threw, or the signal's reason
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  for (let retry = 1; ; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof MlflowError) || !error.facts.mayPass || retry > policy.retries) throw error;
      policy.onRetry?.(error);
      const { retryAfterMs } = error.facts;
      await pause(pauseBefore(retry, policy, { retryAfterMs, chance: chance() }), undefined, { signal });
    }
  }
}

/** In [0, 1); no result depends on it. */
export function chance(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/** The Retry-After header, seconds or a date, as ms from `now`; undefined for what is neither. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (header.trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
