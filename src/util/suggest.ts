/** "Did you mean": the nearest of the allowed words. */

/** Edits (insert, delete, replace, swap of neighbours) between two words, ignoring case. */
function distance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) table[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(table[i - 1]![j]! + 1, table[i]![j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, table[i - 2]![j - 2]! + 1);
      table[i]![j] = best;
    }
  }
  return table[a.length]![b.length]!;
}

/** The allowed word nearest to `word`, if it is near enough to be a slip (a third of its letters). */
export function suggest(word: string, allowed: readonly string[]): string | undefined {
  const ranked = allowed
    .map((candidate) => ({ candidate, edits: distance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const nearest = ranked[0];
  // Of one letter every other one is a single edit away.
  const most = word.length < 2 ? 0 : Math.max(1, Math.floor(word.length / 3));
  return nearest && nearest.edits <= most ? nearest.candidate : undefined;
}

/** ` Did you mean "x"?` or the allowed words, or nothing where there are none. */
export function suggestion(word: string, allowed: readonly string[]): string {
  const nearest = suggest(word, allowed);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return allowed.length > 0 ? `Allowed: ${[...allowed].sort().join(', ')}.` : '';
}
