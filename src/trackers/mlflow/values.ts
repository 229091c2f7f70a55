/**
 * Values as the server takes them. It answers 200 to a fractional time, a metric that is text or a parameter that is a
 * number, and drops what follows it (measured, MLflow 3.17.2); it cuts long texts; it turns away odd keys. So all is
 * made fit here, or refused before it is sent.
 */
import { UnfitValueError } from './mlflow-error.js';

/** A number of a history. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface SentMetric {
  readonly key: string;
  /** JSON has no word for what is not finite: the server reads these. */
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
  readonly timestamp: number;
  readonly step: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** By key. */
export type Texts = Readonly<Record<string, string>>;

/** In characters (code points), by the server's own checks (mlflow/utils/validation.py). */
export const LIMITS = {
  key: 250,
  param: 6000,
  tag: 8000,
  datasetDigest: 36,
  datasetName: 500,
} as const;

const NOT_IN_KEYS = /[^\p{L}\p{N}_/.\- :]/gu;

/** Fractions of a millisecond are left out. @throws UnfitValueError for a value that is text, a step that is not whole */
export function sentMetric({ key, value, timestamp, step }: Metric): SentMetric {
  if (typeof (value as unknown) !== 'number' || !Number.isInteger(step))
    throw new UnfitValueError(
      `The metric "${key}" is ${JSON.stringify(value)} at step ${String(step)}; it must be a number at a whole step`,
    );
  return {
    key: checkedKey(key),
    value: Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity'),
    timestamp: wholeNumber(timestamp, 'The time of a metric', 0),
    step: wholeNumber(step, 'The step of a metric', Number.MIN_SAFE_INTEGER),
  };
}

/** @throws UnfitValueError for a value of more than 6,000 characters, which the server would cut */
export function sentParam(key: string, value: string): KeyValue {
  return { key: checkedKey(key), value: checkedText(value, LIMITS.param, `The parameter "${key}"`) };
}

/** @throws UnfitValueError for a value of more than 8,000 characters, which the server would cut */
export function sentTag(key: string, value: string): KeyValue {
  return { key: checkedKey(key), value: checkedText(value, LIMITS.tag, `The tag "${key}"`) };
}

/** Without its fraction. @throws UnfitValueError for a number that is too small, or too large to be exact */
export function wholeNumber(value: number, what: string, least: number): number {
  const whole = Math.trunc(value);
  if (!Number.isSafeInteger(whole) || whole < least)
    throw new UnfitValueError(`${what} is ${value}; it must be a whole number of at least ${least}`);
  return whole;
}

/** @throws UnfitValueError for a key that the server would turn away */
export function checkedKey(key: string): string {
  const fit = fitKey(key);
  if (fit === key) return key;
  throw new UnfitValueError(
    `The server takes no key "${key}": letters, digits and _ / . - : and spaces, at most ${LIMITS.key} characters, no "//", ".." or "/" in front; "${fit}" would do`,
  );
}

/** The key itself where the server takes it, else the nearest that it takes. */
export function fitKey(key: string): string {
  const parts = key
    .toWellFormed()
    .replace(NOT_IN_KEYS, '_')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part, i) =>
      part === '..' || (i === 0 && part.startsWith('..')) ? part.replaceAll('.', '_') : part,
    );
  const text = Array.from(parts.join('/'))
    .slice(0, LIMITS.key)
    .join('')
    .replace(/(\/\.?)+$/, '');
  return text === '' ? '_' : text;
}

/** @throws UnfitValueError for a text of more characters than the server keeps */
export function checkedText(text: string, limit: number, what: string): string {
  if (typeof (text as unknown) !== 'string')
    throw new UnfitValueError(`${what} is ${text}, but must be text`);
  const fit = fitText(text, limit);
  if (fit.length >= text.length) return fit;
  throw new UnfitValueError(
    `${what} has ${Array.from(text).length} characters, of which the server keeps ${limit}`,
  );
}

/** At most so many characters, and none that databases refuse: halves of pairs and NUL become U+FFFD. */
export function fitText(text: string, limit: number): string {
  const wellFormed = text.toWellFormed().replaceAll('\0', '\ufffd');
  // A character has at most two code units.
  if (wellFormed.length <= limit) return wellFormed;
  const characters = Array.from(wellFormed);
  return characters.length <= limit ? wellFormed : characters.slice(0, limit).join('');
}
