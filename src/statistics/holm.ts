/**
 * Several tests at once (Holm 1979): probabilities raised so that with all null hypotheses true the chance that any falls
 * below a level is at most that level.
 * @returns in the order given, at most 1
 */
export function holm(probabilities: readonly number[]): readonly number[] {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[a]! - probabilities[b]!);
  const adjusted = new Array<number>(probabilities.length);
  let highest = 0;
  for (const [rank, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (probabilities.length - rank) * probabilities[index]!));
    adjusted[index] = highest;
  }
  return adjusted;
}
