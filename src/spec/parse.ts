/** YAML text to a located tree: YAML 1.2 core, no custom tags, bounded in size, depth and what aliases multiply. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Scalar as YamlScalar,
} from 'yaml';
import { failed, ok, type Result } from '../util/result.js';
import type { Diagnostic, Position } from './diagnostic.js';
import type { Located, LocatedEntry, LocatedMap, Scalar } from './located.js';

export const LIMITS = { bytes: 256 * 1024, keysPerMap: 2000, depth: 64, values: 100_000 } as const;

/** A user's mistake met while converting; carried out of the recursion, never out of this file. */
class Mistake extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

export function parseYaml(file: string, text: string): Result<LocatedMap, Diagnostic[]> {
  const start: Position = { file, line: 1, column: 1, length: 1 };
  if (Buffer.byteLength(text) > LIMITS.bytes) {
    return failed([
      {
        at: start,
        message: `The file is larger than ${LIMITS.bytes / 1024} KiB.`,
        help: 'A spec is a few pages at most.',
      },
    ]);
  }
  if (text.includes('\0')) return failed([{ at: start, message: 'This is a binary file, not YAML.' }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }): Diagnostic => {
    const { line, col } = lines.linePos(pos[0]);
    return { at: { file, line, column: Math.max(1, col), length: Math.max(1, pos[1] - pos[0]) }, message };
  });
  if (problems.length > 0) return failed(problems);
  const place = (node: Node): Position => {
    const [from, to] = node.range ?? [0, 1];
    const { line, col } = lines.linePos(from);
    return { file, line, column: col, length: Math.max(1, to - from) };
  };
  try {
    const tree = new Converter(place).convert(document.contents, start, 0);
    if (tree.kind === 'map') return ok(tree);
    return failed([
      {
        at: tree.at,
        message: 'A spec is a map with the keys "stages", "data", "tables" and others.',
        help: 'The file is empty or holds a single value.',
      },
    ]);
  } catch (error) {
    if (error instanceof Mistake) return failed([error.diagnostic]);
    throw error;
  }
}

class Converter {
  readonly #place: (node: Node) => Position;
  readonly #anchored = new Map<string, Node>();
  #values = 0;

  constructor(place: (node: Node) => Position) {
    this.#place = place;
  }

  convert(node: unknown, parent: Position, depth: number): Located {
    if (depth > LIMITS.depth)
      throw new Mistake({ at: parent, message: `Nested more than ${LIMITS.depth} levels deep.` });
    this.#values += 1;
    if (this.#values > LIMITS.values)
      throw new Mistake({ at: parent, message: `More than ${LIMITS.values} values, aliases followed.` });
    if (isAlias(node)) return this.#alias(node.source, this.#place(node), depth);
    if (isScalar(node)) {
      this.#remember(node);
      return { kind: 'scalar', at: this.#place(node), value: this.#scalar(node) };
    }
    if (isSeq(node)) {
      this.#remember(node);
      const at = this.#place(node);
      return { kind: 'list', at, items: node.items.map((item) => this.convert(item, at, depth + 1)) };
    }
    if (isMap(node)) {
      this.#remember(node);
      return this.#map(node.items, this.#place(node), depth);
    }
    return { kind: 'scalar', at: parent, value: null };
  }

  #map(items: readonly unknown[], at: Position, depth: number): LocatedMap {
    if (items.length > LIMITS.keysPerMap) {
      throw new Mistake({
        at,
        message: `A map of ${items.length} keys; ${LIMITS.keysPerMap} are allowed.`,
        help: 'Use a list.',
      });
    }
    const entries = new Map<string, LocatedEntry>();
    for (const pair of items) {
      if (!isPair(pair) || !isScalar(pair.key))
        throw new Mistake({ at, message: 'Keys are plain words or numbers.' });
      const key = this.#place(pair.key);
      const name = String(pair.key.value);
      if (name === '<<')
        throw new Mistake({
          at: key,
          message: '"<<" does not merge in YAML 1.2.',
          help: 'Write the keys out.',
        });
      if (name === '__proto__')
        throw new Mistake({ at: key, message: '"__proto__" is not allowed as a key.' });
      entries.set(name, { key, value: this.convert(pair.value, key, depth + 1) });
    }
    return { kind: 'map', at, entries };
  }

  #remember(node: Node & { anchor?: string }): void {
    if (node.anchor !== undefined) this.#anchored.set(node.anchor, node);
  }

  #alias(name: string, at: Position, depth: number): Located {
    const target = this.#anchored.get(name);
    if (!target) throw new Mistake({ at, message: `The alias "*${name}" names no anchor above it.` });
    return this.convert(target, at, depth + 1);
  }

  #scalar(node: YamlScalar): Scalar {
    const { value } = node;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new Mistake({
      at: this.#place(node),
      message: `${String(node.source)} is not a value that a spec can hold.`,
    });
  }
}
