import type { Split } from '../dataset.js';
import { NEAR_COPIES } from './drawing-near-copies.js';
import type { Drawing } from './drawing-source.js';
import { rank } from './draws.js';

/** The part of each class's concepts that is held out. */
const VAL_PART = 0.22;
const FEWEST_VAL_CONCEPTS = 2;

/** Pictures that a class should have at least; the drawings of a small class are shown more than once. */
const PICTURES: Readonly<Record<Split, number>> = { train: 140, val: 36 };

/** A drawing to be shown `views` times, each time at another place, in another size, on another background. */
export interface SplitDrawing {
  readonly drawing: Drawing;
  readonly views: number;
}

/**
 * The drawings of one split. What is held out is a concept with all its drawings, because artists draw the same
 * thing alike; a concept of which any drawing is a near copy of another concept's is always trained on. So
 * nothing in val has its like in train.
 */
export function splitDrawings(drawings: readonly Drawing[], split: Split): SplitDrawing[] {
  const classNames = [...new Set(drawings.map(({ className }) => className))];
  return classNames.flatMap((name) => {
    const members = drawings.filter(({ className }) => className === name);
    const held = heldOut(name, members);
    const chosen = members.filter(({ concept }) => held.has(concept) === (split === 'val'));
    const views = Math.max(1, Math.round(PICTURES[split] / chosen.length));
    return chosen.map((drawing) => ({ drawing, views }));
  });
}

/** The concepts of one class that are in val: those that a keyed hash puts first. */
function heldOut(className: string, members: readonly Drawing[]): ReadonlySet<string> {
  const concepts = [...new Set(members.map(({ concept }) => concept))];
  const nearCopies = new Set(NEAR_COPIES[className]?.split(' '));
  const order = concepts
    .filter((concept) => !nearCopies.has(concept))
    .map((concept) => [rank('split', className, concept), concept] as const)
    .sort(([a], [b]) => a - b);
  const count = Math.max(FEWEST_VAL_CONCEPTS, Math.round(concepts.length * VAL_PART));
  return new Set(order.slice(0, count).map(([, concept]) => concept));
}
