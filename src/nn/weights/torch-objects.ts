/** What PyTorch's pickles name, as data: tensors over storages. Every other name is refused, since it could be any code. */
import { FormatError } from '../../util/safetensors.js';
import type { StoredArray } from './array-view.js';
import { NUMBER_BYTES, type NumberType, toFloat32 } from './number-types.js';
import { Global, type PickleHandlers } from './pickle.js';
import { shownName } from '../../util/shown-name.js';

/** Numbers that several tensors may share. */
export interface Storage {
  /** By which the file finds them. */
  readonly key: string;
  /** Undefined for numbers that are no weights, such as counters. */
  readonly type: NumberType | undefined;
  readonly length: number;
}

/** What a state dictionary holds of a tensor. */
export class Tensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const STORAGES: Readonly<Record<string, NumberType>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
};

const OTHER_STORAGES = /^(torch|torch\.cuda)\.(Long|Int|Short|Char|Byte|Bool)Storage$/;

/** Pairs and numbers of all dictionaries and shapes: a list can be named again for a few bytes. */
const MOST_ITEMS = 200_000;
/** Of a call; a tensor takes seven. */
const MOST_ARGUMENTS = 10;
const MOST_AXES = 8;

/** For the pickles of one file. */
export function torchObjects(): PickleHandlers {
  let items = 0;
  return {
    persistent: storageOf,
    call: (name, args) => {
      if (args.length > MOST_ARGUMENTS)
        throw new FormatError(`pickle: a call of ${shownName(name)} with ${args.length} arguments`);
      for (const list of args) if (Array.isArray(list)) items += list.length;
      if (items > MOST_ITEMS)
        throw new FormatError(`pickle: more than ${MOST_ITEMS} values in its dictionaries`);
      return called(name, args);
    },
  };
}

function called(name: string, args: readonly unknown[]): unknown {
  if (name === 'collections.OrderedDict') return new Map(pairs(args[0]));
  if (name === 'torch._utils._rebuild_parameter') return tensor(args[0]);
  if (name === 'torch._utils._rebuild_tensor_v2' || name === 'torch._utils._rebuild_tensor')
    return rebuilt(args);
  throw new FormatError(
    `pickle: it would call ${shownName(name)} when PyTorch loads it, and nothing but tensors is read here. If you trust it, load it in PyTorch and save its state_dict().`,
  );
}

function storageOf(id: unknown): Storage {
  if (!Array.isArray(id) || id[0] !== 'storage' || !(id[1] instanceof Global))
    throw new FormatError('pickle: something outside of it that is no storage');
  const [, type, key, , length] = id as [string, Global, unknown, unknown, unknown];
  const name = type.name.split('.').at(-1)!;
  const isNumbers = /^(torch|torch\.cuda)\.\w+$/.test(type.name) && Object.hasOwn(STORAGES, name);
  if (!isNumbers && !OTHER_STORAGES.test(type.name))
    throw new FormatError(`pickle: a storage of the unknown type ${shownName(type.name)}`);
  if (typeof key !== 'string' || !isCount(length))
    throw new FormatError('pickle: a storage without a key or a length');
  return { key, type: isNumbers ? STORAGES[name] : undefined, length };
}

/** @param read bytes of a storage @throws FormatError if it is no dictionary of tensors */
export function stateDictionary(
  value: unknown,
  read: (storage: Storage, bytes: number) => Promise<Uint8Array>,
): ReadonlyMap<string, StoredArray> {
  const dictionary = weightsIn(value);
  const uses = new Map<string, number>();
  for (const { storage } of dictionary.values()) uses.set(storage.key, (uses.get(storage.key) ?? 0) + 1);
  const shared = new Map<string, Promise<Float32Array>>();
  const numbersOf = async (storage: Storage, type: NumberType) =>
    toFloat32(await read(storage, storage.length * NUMBER_BYTES[type]), type);
  // What several tensors stand in is read once.
  const once: NumbersOf = (storage, type) => {
    if (uses.get(storage.key) === 1) return numbersOf(storage, type);
    const numbers = shared.get(storage.key) ?? numbersOf(storage, type);
    shared.set(storage.key, numbers);
    return numbers;
  };
  return new Map([...dictionary].map(([name, one]) => [name, stored(name, one, once)]));
}

type NumbersOf = (storage: Storage, type: NumberType) => Promise<Float32Array>;

/** Trainings save their weights beside an optimiser's state. */
const WEIGHTS_KEYS = ['state_dict', 'model_state_dict', 'model', 'net'];

/** A dictionary may hold itself. */
const MOST_DEPTH = 3;

function weightsIn(value: unknown, depth = 0): ReadonlyMap<string, Tensor> {
  if (!(value instanceof Map)) throw new FormatError('pickle: it holds no dictionary of weights');
  const key = depth < MOST_DEPTH ? WEIGHTS_KEYS.find((name) => value.get(name) instanceof Map) : undefined;
  if (key !== undefined) return weightsIn(value.get(key), depth + 1);
  const tensors = [...(value as Map<unknown, unknown>)].filter(
    (entry): entry is [string, Tensor] => typeof entry[0] === 'string' && entry[1] instanceof Tensor,
  );
  return new Map(tensors);
}

function stored(
  name: string,
  { storage, offset, shape, strides }: Tensor,
  numbersOf: NumbersOf,
): StoredArray {
  return {
    ...{ name, fileShape: shape, offset, shape, strides },
    read: async () => {
      if (!storage.type)
        throw new FormatError(`${shownName(name)} holds whole numbers, which no weights are`);
      return numbersOf(storage, storage.type);
    },
  };
}

/** Storage, offset, sizes, strides, and what a gradient needs. */
function rebuilt([storage, offset, shape, strides]: readonly unknown[]): Tensor {
  if (!isStorage(storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides))
    throw new FormatError('pickle: a tensor without a storage, place, shape or strides');
  if (shape.length > MOST_AXES) throw new FormatError(`pickle: a tensor of ${shape.length} axes`);
  if (shape.length !== strides.length)
    throw new FormatError('pickle: a tensor with a stride too many or too few');
  return new Tensor(storage, offset, shape, strides);
}

function tensor(value: unknown): Tensor {
  if (!(value instanceof Tensor)) throw new FormatError('pickle: a parameter that is no tensor');
  return value;
}

function pairs(value: unknown): [unknown, unknown][] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new FormatError('pickle: a dictionary of something else than pairs');
  return value as [unknown, unknown][];
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'key' in value && 'length' in value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
