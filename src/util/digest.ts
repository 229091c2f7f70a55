/** SHA-256 over bytes and over values: the identity of recipes and artifacts. */
import { createHash } from 'node:crypto';

/** JSON with sorted keys, so that equal values give equal text whatever the order they were built in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error(`Internal error: ${value} in a digest`);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error(`Internal error: ${typeof value} in a digest`);
  return text;
}

/** 64 lower-case hex digits. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function digestValue(value: unknown): string {
  return digestBytes(canonicalJson(value));
}
