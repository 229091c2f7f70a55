/** Frees what nothing refers to any more, at once. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * For arrays of hundreds of MB that a long piece of work begins with: V8 collects when JavaScript allocates, and device
 * operations do not.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
