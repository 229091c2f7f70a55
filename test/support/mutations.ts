/** Files with bytes changed, cut off or put in. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../src/util/user-error.js';
import { bounded, runs } from './fuzz.js';

/** What breaks formats: lengths, signs, ends of text. */
const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc
    .constantFrom(
      ...['ffffffffffffffff', '00000000', 'ffffff7f', '0000008000000000', '7b7d', '5b5d', '22', '0a'],
    )
    .map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
);
const change = fc.record({ at: fc.nat(), remove: fc.nat(40), put: nasty });
export const changes = fc.array(change, { minLength: 1, maxLength: 4 });
export const cut = fc.option(fc.nat(), { nil: undefined, freq: 3 });

/** Most formats say all in their first bytes, so half of the changes stand there. */
export function mutate(
  bytes: Uint8Array,
  all: readonly { at: number; remove: number; put: Uint8Array }[],
  end?: number,
) {
  const changed = all.reduce((now, { at, remove, put }) => {
    const from = at % 2 === 0 ? at % (now.length + 1) : at % Math.min(now.length + 1, 128);
    return Buffer.concat([now.subarray(0, from), put, now.subarray(from + remove)]);
  }, Buffer.from(bytes));
  return end === undefined ? changed : changed.subarray(0, end % (changed.length + 1));
}

/** @param read of mutated bytes @param isRefusal whether an error is one for the user, in words */
export async function neverCrashes(
  bytes: Uint8Array,
  read: (mutated: Uint8Array) => unknown,
  sample = 300,
  isRefusal: (error: unknown) => boolean = (error) => error instanceof UserError,
): Promise<void> {
  await read(bytes);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(changes, cut, async (all, end) => {
      const mutated = mutate(bytes, all, end);
      await bounded(async () => {
        try {
          await read(mutated);
        } catch (error) {
          assert.ok(isRefusal(error), error instanceof Error ? error.stack : String(error));
          assert.doesNotMatch((error as Error).message, /undefined|\[object|Internal/);
          refused += 1;
        }
      });
    }),
    runs(sample),
  );
  assert.ok(refused > 0, 'none was refused');
}
