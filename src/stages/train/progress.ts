/** Where a training stands, as a save point has it, and back. */
import type { NetState } from '../../nn/net-state.js';
import type { SavePoint } from '../../run/save-points.js';
import type { HistoryState } from './history.js';
import type { LearningRateState } from './schedule.js';

export interface Progress {
  /** The first step that is still to do. */
  readonly step: number;
  readonly state: NetState;
  readonly history: HistoryState;
  readonly schedule: LearningRateState;
  /** The epoch that this step ended, where what is watched is still to be looked at. */
  readonly pendingEpoch: number | null;
  /** Images computed at once: other numbers sum in other orders. */
  readonly microBatch: number;
}

const [WEIGHT, VELOCITY] = ['weight/', 'velocity/'] as const;

export function savePointOf({ step, state, ...facts }: Progress): SavePoint {
  const named = (arrays: NetState['weights'], prefix: string) =>
    [...arrays].map(([name, array]) => [`${prefix}${name}`, array] as const);
  const arrays = new Map([...named(state.weights, WEIGHT), ...named(state.velocity, VELOCITY)]);
  return { place: step, facts, arrays };
}

/** In the order of `names`, which is that of the net: an engine's arrays are in it. */
export function progressOf({ place, facts, arrays }: SavePoint, names: Iterable<string>): Progress {
  const ordered = [...names];
  const all = (prefix: string): NetState['weights'] =>
    new Map(ordered.map((name) => [name, arrays.get(`${prefix}${name}`)!]));
  const state = { weights: all(WEIGHT), velocity: all(VELOCITY) };
  return { ...(facts as Omit<Progress, 'step' | 'state'>), step: place, state };
}
