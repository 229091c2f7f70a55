/** What a net costs, from what a plan knows of it. */
import { UserError } from '../util/user-error.js';
import { buildNet, multiplyAdds, type Net, NothingLeft, type NetShape, parameterCount } from './net.js';
import { builtInLayers } from './nets.js';
import { type ArrayShapes, shapesOf } from './transfer.js';

export interface NetCost {
  /** Side of the training crop, px. */
  readonly crop: number;
  /** Weights and biases. */
  readonly parameters: number;
  /** Of the net over one square image of this side, px. */
  multiplyAdds(side: number): number;
}

const known = new Map<string, NetCost>();

/**
 * @param shape as a task's parameters name it
 * @returns undefined where something is not known, e.g. the number of classes
 */
export function netCost(shape: Partial<NetShape>): NetCost | undefined {
  const full = fullShape(shape);
  if (!full) return undefined;
  const key = JSON.stringify(full);
  const cached = known.get(key);
  if (cached) return cached;
  const built = builtNet(full);
  if (!built) return undefined;
  const bySide = new Map<number, number>();
  const cost: NetCost = {
    crop: full.crop,
    parameters: parameterCount(built),
    multiplyAdds: (side) => {
      const before = bySide.get(side);
      if (before !== undefined) return before;
      const count = multiplyAdds(built, side, side);
      bySide.set(side, count);
      return count;
    },
  };
  known.set(key, cost);
  return cost;
}

/** Why a net cannot be built, in words; undefined where it can, or where its layers are a plugin's or not known. */
export function netProblem(shape: Partial<NetShape>): string | undefined {
  const full = fullShape({ classes: 2, ...shape });
  if (!full) return undefined;
  const key = JSON.stringify(full);
  const before = knownProblems.get(key);
  if (before !== undefined) return before ?? undefined;
  const problem = problemOf(full);
  knownProblems.set(key, problem);
  return problem ?? undefined;
}

/** Null for what can be built. */
const knownProblems = new Map<string, string | null>();

function problemOf(shape: NetShape): string | null {
  try {
    buildNet(shape);
    return null;
  } catch (error) {
    if (error instanceof NothingLeft) return error.message;
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Shapes of the arrays of such a net, by name; undefined as for {@link netCost}. */
export function arrayShapes(shape: Partial<NetShape>): ArrayShapes | undefined {
  const full = fullShape(shape);
  if (!full) return undefined;
  const key = JSON.stringify(full);
  if (!knownShapes.has(key)) {
    const net = builtNet(full);
    knownShapes.set(key, net && shapesOf(net));
  }
  return knownShapes.get(key);
}

const knownShapes = new Map<string, ArrayShapes | undefined>();

function fullShape(shape: Partial<NetShape>): NetShape | undefined {
  const { net, width = 1, crop, pooling = 'ceil', classes } = shape;
  const layers = shape.layers ?? builtInLayers(net ?? '');
  if (net === undefined || crop === undefined || classes === undefined || !layers) return undefined;
  return { net, layers, width, crop, pooling, classes };
}

/** Undefined for nets with layers of a plugin, which the worker knows, and for those that cannot be built. */
function builtNet(shape: NetShape): Net | undefined {
  try {
    return buildNet(shape);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
