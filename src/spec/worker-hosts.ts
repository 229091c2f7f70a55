/** The hosts of workers that train together, which find each other by their names. */
import type { Diagnostic } from './diagnostic.js';
import type { LocatedMap, LocatedScalar } from './located.js';

/** Each machine's own name for itself; `user@` may stand before. */
const LOOPBACK = /^(?:.*@)?(?:localhost|127(?:\.\d+){3})$/;

/** @param tree of a whole spec @returns a mistake for each name under `workers` that means another machine elsewhere */
export function hostMistakes(tree: LocatedMap): readonly Diagnostic[] {
  const workers = tree.entries.get('workers')?.value;
  if (workers?.kind !== 'list') return [];
  const hosts = workers.items.filter((item): item is LocatedScalar => item.kind === 'scalar');
  if (new Set(hosts.map(({ value }) => value)).size < 2) return [];
  return hosts
    .filter(({ value }) => LOOPBACK.test(String(value)))
    .map(({ at, value }) => ({
      at,
      message: `"${String(value)}" means another machine on each host, so the other workers would not find this one.`,
      help: 'Give it the name by which the others reach it.',
    }));
}
