/** YAML text to a located tree: YAML 1.2 core, no custom tags, bounded in size, depth and what aliases multiply. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Scalar as YamlScalar,
} from 'yaml';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import type { Located, LocatedEntry, LocatedMap, Scalar } from './located.js';
import { COMMENT, COMMENT_START, MAX_DEPTH, TOO_DEEP, yamlProblems } from './yaml-problem.js';

/** Keys that would do what their writer does not expect. What the first means to bring is missing without it. */
const REFUSED_KEYS = new Map<string, Omit<Diagnostic, 'at'>>([
  ['<<', { message: '"<<" does not merge maps in YAML 1.2.', help: 'Write the keys out.' }],
  ['__proto__', { message: '"__proto__" is not allowed as a key.', help: 'Give it another name.' }],
]);

/** All but tabs and ends of lines. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

export const LIMITS = { bytes: 256 * 1024, keysPerMap: 2000, values: 100_000 } as const;

/** What was understood, and what was not: a value that no spec can hold is null in the tree. */
export interface Parsed<T extends Located = LocatedMap> {
  readonly tree: T;
  readonly mistakes: readonly Diagnostic[];
}

/** A limit met while converting; carried out of the recursion, never out of this file. */
class Mistake extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** Files that were parsed before: several specs extend one and print beside the same paper. */
export class ParsedFiles {
  readonly #known = new Map<
    string,
    { readonly text: string; readonly result: Result<Parsed, readonly Diagnostic[]> }
  >();

  /** As {@link parseYaml}; once for each name and text. */
  parse(file: string, text: string): Result<Parsed, readonly Diagnostic[]> {
    const known = this.#known.get(file);
    if (known?.text === text) return known.result;
    const result = parseYaml(file, text);
    this.#known.set(file, { text, result });
    return result;
  }
}

/** A file that holds a map: a spec or the paper's tables. */
export function parseYaml(file: string, text: string): Result<Parsed, readonly Diagnostic[]> {
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
  if (/[\0\uFFFD]/.test(text))
    return failed([
      {
        at: start,
        message: 'This is a binary file, or its text is not in UTF-8.',
        help: 'Specs are text: save it as UTF-8.',
      },
    ]);
  const starts = lineStarts(text);
  const parsed = parseText(text, ([from, to]) => {
    const line = lineAt(starts, from);
    return { file, line, column: from - starts[line - 1]! + 1, length: Math.max(1, to - from) };
  });
  if (!parsed.ok) return parsed;
  const { tree: value, mistakes } = parsed.value;
  if (value.kind === 'map') return ok({ tree: value, mistakes });
  if (mistakes.length > 0) return failed(mistakes);
  const empty = value.kind === 'scalar' && value.value === null;
  return failed([
    {
      at: empty ? start : { ...value.at, length: 1 },
      message: empty
        ? 'The file is empty.'
        : `The file holds ${value.kind === 'list' ? 'a list' : 'a single value'}.`,
      help: 'What is wanted is a map, "key: value" on each line.',
    },
  ]);
}

/** One value from the command line; everything in it is at `at`. */
export function parseValue(text: string, at: Position): Result<Located, readonly Diagnostic[]> {
  const parsed = parseText(text, () => at);
  if (!parsed.ok) return parsed;
  const { tree, mistakes } = parsed.value;
  return mistakes.length > 0 ? failed(mistakes) : ok(tree);
}

/** Offsets at which lines start. The parser's own LineCounter miscounts within text over several lines. */
function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

/** The line, counted from 1, in which an offset lies. */
function lineAt(starts: readonly number[], offset: number): number {
  let [line, beyond] = [1, starts.length + 1];
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1;
    if (starts[middle - 1]! <= offset) line = middle;
    else beyond = middle;
  }
  return line;
}

type Place = (range: readonly [number, number]) => Position;

function parseText(text: string, place: Place): Result<Parsed<Located>, readonly Diagnostic[]> {
  const document = parseDocument(text, { version: '1.2', prettyErrors: false });
  if (document.directives.yaml.version !== '1.2')
    return failed([
      {
        at: place([0, !text.includes('\n') ? text.length : text.indexOf('\n')]),
        message: `Specs are YAML 1.2, and this asks for ${document.directives.yaml.version}, where yes, 0400 and 4:16 mean other things.`,
        help: 'Leave the line "%YAML" out.',
      },
    ]);
  const problems = yamlProblems(document, text);
  const written = problems.map(({ from, to, isLocal: _, ...problem }): Diagnostic => ({
    at: place([from, to]),
    ...problem,
  }));
  if (problems.some(({ isLocal }) => !isLocal)) return failed(written);
  const converter = new Converter((node) => place([node.range![0], node.range![1]]));
  try {
    const tree = converter.convert(document.contents, place([0, 1]), 0);
    const mistakes = [...written, ...converter.mistakes];
    return converter.isMaimed ? failed(mistakes) : ok({ tree, mistakes });
  } catch (error) {
    if (error instanceof Mistake) return failed([...written, ...converter.mistakes, error.diagnostic]);
    throw error;
  }
}

class Converter {
  readonly mistakes: Diagnostic[] = [];
  /** Whether a key was left out whose absence is no mistake of its own. */
  isMaimed = false;
  readonly #place: (node: Node) => Position;
  readonly #anchored = new Map<string, Node>();
  /** The lists and maps around what is being converted. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(place: (node: Node) => Position) {
    this.#place = place;
  }

  convert(node: unknown, parent: Position, depth: number): Located {
    if (depth > MAX_DEPTH) throw new Mistake({ at: parent, ...TOO_DEEP });
    this.#values += 1;
    if (this.#values > LIMITS.values)
      throw new Mistake({
        at: parent,
        message: `More than ${LIMITS.values} values, aliases followed.`,
        help: 'Use fewer aliases of aliases.',
      });
    if (isAlias(node)) return this.#alias(node.source, this.#place(node), depth);
    if (isScalar(node)) {
      this.#remember(node);
      return { kind: 'scalar', at: this.#place(node), value: this.#scalar(node) };
    }
    if (isSeq(node)) {
      const at = this.#place(node);
      return this.#inside(node, () => ({
        kind: 'list',
        at,
        items: node.items.map((item) => this.convert(item, at, depth + 1)),
      }));
    }
    if (isMap(node)) return this.#inside(node, () => this.#map(node.items, this.#place(node), depth));
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
    const keyTypes = new Map<string, string>();
    for (const pair of items) {
      if (!isPair(pair) || !isScalar(pair.key)) {
        const keyAt = isPair(pair) && isNode(pair.key) ? this.#place(pair.key) : at;
        this.isMaimed = true;
        this.mistakes.push({
          at: keyAt,
          message: 'This key is not a plain word or number.',
          help: 'What is wanted is "key: value".',
        });
        continue;
      }
      const key = this.#place(pair.key);
      const { value: word, source } = pair.key;
      const name = typeof word === 'number' && !Number.isFinite(word) ? String(source) : String(word);
      const refused = COMMENT_START.test(name) ? COMMENT : REFUSED_KEYS.get(name);
      if (refused) {
        this.isMaimed ||= name !== '__proto__';
        this.mistakes.push({ at: key, ...refused });
        continue;
      }
      const before = keyTypes.get(name);
      keyTypes.set(name, typeof word);
      // The parser tells keys of one type that stand twice.
      if (before !== undefined && before !== typeof word) {
        this.mistakes.push({
          at: key,
          message: `The key "${name}" stands here twice, once as a number and once as text.`,
          help: 'Keep one of them.',
        });
        continue;
      }
      entries.set(name, { key, value: this.convert(pair.value, key, depth + 1) });
    }
    return { kind: 'map', at, entries };
  }

  #remember(node: Node & { anchor?: string }): void {
    if (node.anchor !== undefined) this.#anchored.set(node.anchor, node);
  }

  #inside<T>(node: Node & { anchor?: string }, convert: () => T): T {
    this.#remember(node);
    this.#open.add(node);
    const converted = convert();
    this.#open.delete(node);
    return converted;
  }

  #alias(name: string, at: Position, depth: number): Located {
    const target = this.#anchored.get(name);
    if (!target) {
      this.mistakes.push({
        at,
        message: `The alias "*${name}" names no anchor above it.`,
        help:
          suggestion(name, [...this.#anchored.keys()]) ||
          `Write "&${name}" before the value that it stands for.`,
      });
      return { kind: 'scalar', at, value: null };
    }
    if (this.#open.has(target)) {
      this.mistakes.push({
        at,
        message: `The alias "*${name}" stands within what it names.`,
        help: 'Write the value out.',
      });
      return { kind: 'scalar', at, value: null };
    }
    return this.convert(target, at, depth + 1);
  }

  #scalar(node: YamlScalar): Scalar {
    const { value } = node;
    if (typeof value === 'string' && CONTROL.test(value))
      this.mistakes.push({
        at: this.#place(node),
        message: 'This text holds a control character, which would act on the terminal that shows it.',
        help: 'Leave it out.',
      });
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    const isWhole = /^[-+]?\d+$/.test(String(node.source));
    if (typeof value === 'number' && Number.isFinite(value) && !(isWhole && !Number.isSafeInteger(value)))
      return value;
    const digits = typeof value === 'number' && Number.isFinite(value);
    this.mistakes.push({
      at: this.#place(node),
      message: `${String(node.source)} is not a value that a spec can hold.`,
      help: digits ? `Whole numbers go to ${Number.MAX_SAFE_INTEGER}.` : 'Write a number.',
    });
    return null;
  }
}
