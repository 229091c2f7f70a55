/** SHA-256 over bytes and over values: the identity of recipes and artifacts. */
import { createHash } from 'node:crypto';

/** JSON with sorted keys, so that equal values give equal text whatever the order they were built in. */
export function canonicalJson(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Readonly<Record<string, unknown>>);
  throw new Error(`Internal error: ${typeof value === 'number' ? value : typeof value} in a digest`);
}

/** A loop, since plans digest tens of thousands of small objects. */
function canonicalObject(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const value = object[key];
    if (value !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

/** 64 lower-case hex digits. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function digestValue(value: unknown): string {
  return digestBytes(canonicalJson(value));
}
