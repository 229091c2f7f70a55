/** Layers of a trained net into another one (Sect. 3.1): what fits is counted, what does not is said. */
import type { Net } from './net.js';
import type { HostArray, NetState, Parameters } from './net-state.js';
import { parameterShapes } from './net.js';

/**
 * Which layers are taken. `firstFour+fc`: the paper's "first four convolutional layers and the last three
 * fully-connected layers" of net A. Its convolutions are 3-64, 64-128, 128-256 and 256-256, which in nets B-E are
 * conv1_1, conv2_1, conv3_1 and conv3_2, not the first four.
 */
export type TransferredLayers = 'all' | 'firstFour+fc' | 'fc';

const FULLY_CONNECTED = ['fc6', 'fc7', 'fc8'];
const FIRST_FOUR = ['conv1_1', 'conv2_1', 'conv3_1', 'conv3_2'];

/** An array that is taken, but differs or is on one side only; shapes are undefined where there is none. */
export interface Misfit {
  /** E.g. `conv1_1.weight`. */
  readonly name: string;
  readonly from: readonly number[] | undefined;
  readonly to: readonly number[] | undefined;
}

/** By name: `conv1_1.weight`. */
export type ArrayShapes = ReadonlyMap<string, readonly number[]>;

export function shapesOf(net: Net): ArrayShapes {
  return new Map(parameterShapes(net).map(({ name, shape }) => [name, shape]));
}

/** Arrays that `which` takes but that do not fit, in the order of the layers; none if all fit. */
export function misfits(from: ArrayShapes, to: ArrayShapes, which: TransferredLayers): readonly Misfit[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].filter((name) => isTaken(layerOf(name), which));
  const absent = takenLayers(which).filter((layer) => !names.some((name) => layerOf(name) === layer));
  return [
    ...absent.map((layer) => ({ name: `${layer}.weight`, from: undefined, to: undefined })),
    ...names.flatMap((name): readonly Misfit[] => {
      const [source, target] = [from.get(name), to.get(name)];
      const fits = source !== undefined && source.join() === target?.join();
      return fits ? [] : [{ name, from: source, to: target }];
    }),
  ];
}

/** `conv1_1.weight is [3, 3, 3, 64] there but [5, 5, 3, 64] here`. */
export function describeMisfit({ name, from, to }: Misfit): string {
  const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  if (!from && !to) return `neither net has ${name}`;
  if (!from) return `${name} is not there`;
  if (!to) return `${name} is not here`;
  return `${name} is ${shown(from)} there but ${shown(to)} here`;
}

/**
 * @param state drawn; its velocity stays
 * @returns the state with the layers taken, and their names in the order of the net
 * @throws if something does not fit: ask {@link misfits} first
 */
export function transfer(
  state: NetState,
  from: Parameters,
  which: TransferredLayers,
): { readonly state: NetState; readonly copied: readonly string[] } {
  const copied = new Set<string>();
  const weights = [...state.weights].map(([name, drawn]): [string, HostArray] => {
    if (!isTaken(layerOf(name), which)) return [name, drawn];
    const source = from.get(name);
    if (source?.shape.join() !== drawn.shape.join()) throw new Error(`Internal error: ${name} does not fit`);
    copied.add(layerOf(name));
    return [name, source];
  });
  return { state: { ...state, weights: new Map(weights) }, copied: [...copied] };
}

function takenLayers(which: TransferredLayers): readonly string[] {
  if (which === 'all') return [];
  return which === 'fc' ? FULLY_CONNECTED : [...FIRST_FOUR, ...FULLY_CONNECTED];
}

function isTaken(layer: string, which: TransferredLayers): boolean {
  return which === 'all' || takenLayers(which).includes(layer);
}

function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
