/**
 * Reads the part of Python's pickle format that holds data: dictionaries, lists, numbers, texts, and names of what
 * would be called, which the caller makes something of or refuses. Nothing is executed.
 * Opcodes: CPython's `Lib/pickletools.py`.
 */
import { FormatError } from '../../util/safetensors.js';

/** A name that a pickle would import. */
export class Global {
  constructor(readonly name: string) {}
}

export interface PickleHandlers {
  /** What calling `name` with arguments would give. @throws FormatError on names that are no data */
  readonly call: (name: string, args: readonly unknown[]) => unknown;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
}

/** More than any state dictionary has. */
const MOST_VALUES = 1_000_000;

/**
 * @param start byte at which the pickle begins
 * @returns the value, and the byte after the pickle. Dictionaries are Maps, tuples and lists arrays, integers numbers
 * @throws FormatError
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  handlers: PickleHandlers,
): { readonly value: unknown; readonly end: number } {
  const machine = new Machine(bytes, start, handlers);
  return { value: machine.run(), end: machine.at };
}

const MARK = Symbol('mark');

class Machine {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #handlers: PickleHandlers;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number, handlers: PickleHandlers) {
    this.at = start;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#handlers = handlers;
  }

  run(): unknown {
    for (let steps = 0; steps < MOST_VALUES; steps++) {
      const at = this.at;
      const code = this.#byte();
      // STOP
      if (code === 0x2e) return this.#pop();
      const value = VALUES[code];
      const action = ACTIONS[code];
      if (value) this.#stack.push(value(this));
      else if (action) action(this);
      else throw new FormatError(`pickle: byte ${at} is the instruction ${code}, which no weights need`);
    }
    throw new FormatError(`pickle: more than ${MOST_VALUES} values`);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw new FormatError(`pickle: nothing is left at byte ${this.at}`);
    const value = this.#stack.pop();
    if (value === MARK) throw new FormatError(`pickle: a mark stands for a value at byte ${this.at}`);
    return value;
  }

  mark(): void {
    this.#stack.push(MARK);
  }

  /** What stands above the last mark, which goes too. */
  #sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new FormatError(`pickle: no mark at byte ${this.at}`);
    return this.#stack.splice(mark).slice(1);
  }

  tuple(length?: number): unknown[] {
    if (length === undefined) return this.#sinceMark();
    return Array.from({ length }, () => this.#pop()).reverse();
  }

  append(many: boolean): void {
    const values = many ? this.#sinceMark() : [this.#pop()];
    const list = this.#stack.at(-1);
    if (!Array.isArray(list))
      throw new FormatError(`pickle: values are appended to no list at byte ${this.at}`);
    for (const value of values) list.push(value);
  }

  set(many: boolean): void {
    const pairs = many ? this.#sinceMark() : [this.#pop(), this.#pop()].reverse();
    const map = this.#stack.at(-1);
    if (!(map instanceof Map) || pairs.length % 2 !== 0)
      throw new FormatError(`pickle: values are set in no dictionary at byte ${this.at}`);
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  /** Attributes of an object; those of a dictionary say which version wrote it. */
  build(): void {
    this.#pop();
    if (!(this.#stack.at(-1) instanceof Map))
      throw new FormatError(`pickle: an object with attributes of its own at byte ${this.at}`);
  }

  global(fromStack: boolean): Global {
    const [module, name] = fromStack ? [this.#pop(), this.#pop()].reverse() : [this.#line(), this.#line()];
    if (typeof module !== 'string' || typeof name !== 'string')
      throw new FormatError(`pickle: a name that is no text at byte ${this.at}`);
    return new Global(`${module}.${name}`);
  }

  reduce(): unknown {
    const args = this.#pop();
    const callee = this.#pop();
    if (!(callee instanceof Global) || !Array.isArray(args))
      throw new FormatError(`pickle: a call of what has no name at byte ${this.at}`);
    return this.#handlers.call(callee.name, args);
  }

  persistent(): unknown {
    return this.#handlers.persistent(this.#pop());
  }

  put(index: number): void {
    if (this.#stack.length === 0) throw new FormatError(`pickle: nothing to remember at byte ${this.at}`);
    this.#memo.set(index, this.#stack.at(-1));
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): unknown {
    if (!this.#memo.has(index)) throw new FormatError(`pickle: nothing was remembered as ${index}`);
    return this.#memo.get(index);
  }

  #take(length: number): number {
    const at = this.at;
    if (length > this.#bytes.length - at) throw new FormatError(`pickle: cut short at byte ${at}`);
    this.at += length;
    return at;
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Little-endian, 1, 2 or 4 bytes. */
  unsigned(bytes: 1 | 2 | 4): number {
    const at = this.#take(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    return bytes === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  signed(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** Two's complement of any length; those of more than 8 bytes are no counts. */
  long(length: number): number {
    if (length > 8) {
      this.#take(length);
      return NaN;
    }
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.#byte()) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * length, value));
  }

  text(length: number): string {
    const at = this.#take(length);
    return Buffer.from(this.#bytes.subarray(at, at + length)).toString('utf8');
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new FormatError(`pickle: a line without an end at byte ${this.at}`);
    const line = this.text(end - this.at);
    this.at = end + 1;
    return line;
  }
}

/** Instructions that put a value on the stack. */
const VALUES: Readonly<Record<number, (machine: Machine) => unknown>> = {
  0x4e: () => null, // NONE
  0x88: () => true, // NEWTRUE
  0x89: () => false, // NEWFALSE
  0x4b: (m) => m.unsigned(1), // BININT1
  0x4d: (m) => m.unsigned(2), // BININT2
  0x4a: (m) => m.signed(), // BININT
  0x8a: (m) => m.long(m.unsigned(1)), // LONG1
  0x47: (m) => m.double(), // BINFLOAT
  0x58: (m) => m.text(m.unsigned(4)), // BINUNICODE
  0x8c: (m) => m.text(m.unsigned(1)), // SHORT_BINUNICODE
  0x54: (m) => m.text(m.unsigned(4)), // BINSTRING
  0x55: (m) => m.text(m.unsigned(1)), // SHORT_BINSTRING
  0x7d: () => new Map(), // EMPTY_DICT
  0x5d: () => [], // EMPTY_LIST
  0x29: () => [], // EMPTY_TUPLE
  0x74: (m) => m.tuple(), // TUPLE
  0x85: (m) => m.tuple(1), // TUPLE1
  0x86: (m) => m.tuple(2), // TUPLE2
  0x87: (m) => m.tuple(3), // TUPLE3
  0x63: (m) => m.global(false), // GLOBAL
  0x93: (m) => m.global(true), // STACK_GLOBAL
  0x52: (m) => m.reduce(), // REDUCE
  0x81: (m) => m.reduce(), // NEWOBJ
  0x51: (m) => m.persistent(), // BINPERSID
  0x68: (m) => m.get(m.unsigned(1)), // BINGET
  0x6a: (m) => m.get(m.unsigned(4)), // LONG_BINGET
};

/** All others that are known. */
const ACTIONS: Readonly<Record<number, (machine: Machine) => void>> = {
  // PROTO
  0x80: (m) => {
    m.unsigned(1);
  },
  // FRAME
  0x95: (m) => {
    m.long(8);
  },
  // MARK
  0x28: (m) => {
    m.mark();
  },
  // APPEND
  0x61: (m) => {
    m.append(false);
  },
  // APPENDS
  0x65: (m) => {
    m.append(true);
  },
  // SETITEM
  0x73: (m) => {
    m.set(false);
  },
  // SETITEMS
  0x75: (m) => {
    m.set(true);
  },
  // BUILD
  0x62: (m) => {
    m.build();
  },
  // BINPUT
  0x71: (m) => {
    m.put(m.unsigned(1));
  },
  // LONG_BINPUT
  0x72: (m) => {
    m.put(m.unsigned(4));
  },
  // MEMOIZE
  0x94: (m) => {
    m.memoize();
  },
};
