/**
 * The code that a stage kind's results come from, as one digest a kind: what its files import, and what those import.
 * A digest that changes although the kind's version does not is a change of results that nobody has said, or a
 * change of none, which then stands in words beside the digest.
 */
import ts from 'typescript';
import { digestValue } from '../../src/util/digest.js';
import { type File, importsOf } from './architecture.js';

/** What is written down of a kind. */
export interface Entry {
  readonly version: string;
  /** Digest of the kind's code. */
  readonly closure: string;
  /** Why the code changed without the version: each reason, once seen, begins with the digest that it led to. */
  readonly cosmetic: readonly string[];
}

export type Entries = Readonly<Record<string, Entry>>;

/** A kind as it is now. */
export interface Code {
  readonly version: string;
  readonly closure: string;
}

/** Keys whose values only people read: other words under them change no result. */
const WORDS = new Set(['description', 'examples']);

export class Closures {
  readonly #files: ReadonlyMap<string, File>;
  readonly #digests = new Map<string, string>();

  /** @param files all of src */
  constructor(files: readonly File[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Paths of the roots and of all that they import, types aside, sorted. */
  reachable(roots: readonly string[]): readonly string[] {
    const found = new Set<string>();
    const stack = [...roots];
    for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
      if (found.has(path)) continue;
      found.add(path);
      const file = this.#files.get(path);
      if (!file) throw new Error(`There is no src/${path}.`);
      for (const { target, isType } of importsOf(file))
        if (target !== undefined && !isType) stack.push(target);
    }
    return [...found].sort();
  }

  /** Of what the files do, wherever they lie: names of files, types, comments and layout do not count. */
  digest(roots: readonly string[]): string {
    const digests = this.reachable(roots).map((path) => this.#digestOf(path));
    return digestValue(digests.sort()).slice(0, 16);
  }

  #digestOf(path: string): string {
    const known = this.#digests.get(path);
    if (known !== undefined) return known;
    const digest = digestValue(wordsOf(this.#files.get(path)!.text));
    this.#digests.set(path, digest);
    return digest;
  }
}

/** The words of the program that a file compiles to. */
function wordsOf(text: string): readonly string[] {
  const { ESNext } = ts.ScriptTarget;
  const compiled = ts.transpileModule(text, {
    compilerOptions: {
      target: ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  const source = ts.createSourceFile('file.js', compiled.outputText, ESNext, true);
  const words: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isForPeople(node) || isFileName(node)) return;
    const parts = node.getChildren(source);
    if (parts.length > 0) parts.forEach(visit);
    else if (node.getWidth(source) > 0) words.push(node.getText(source));
  };
  visit(source);
  // A formatter adds commas before brackets where it breaks lines.
  return words.filter((word, i) => !(word === ',' && /^[\])}]$/.test(words[i + 1] ?? '')));
}

function isForPeople(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && WORDS.has(node.name.text);
}

/** What the file is called that something is imported from: what it does counts by itself. */
function isFileName(node: ts.Node): boolean {
  const { parent } = node as { readonly parent?: ts.Node };
  return (
    ts.isStringLiteral(node) &&
    node.text.startsWith('.') &&
    parent !== undefined &&
    (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent))
  );
}

const STAMP = /^[0-9a-f]{16}: /;

/** What is to do about a kind; undefined if all is well. */
export function problem(kind: string, entry: Entry | undefined, now: Code): string | undefined {
  if (!entry) return `The kind "${kind}" is not in test/stages/closures.json. ${WRITE}`;
  if (entry.closure === now.closure && entry.version === now.version && entry.cosmetic.every(isStamped))
    return undefined;
  if (mayBeWritten(entry, now))
    return `What closures.json says of the kind "${kind}" is to be written anew. ${WRITE}`;
  return [
    `The code behind the kind "${kind}" changed, but its version is still ${now.version}.`,
    'If the same task may now give other results, raise "version" in its definition.ts: results made before are made again.',
    `If none can change, say why: add a sentence to "cosmetic" of "${kind}" in test/stages/closures.json.`,
    `Then: ${COMMAND}`,
  ].join('\n');
}

/** What is to be written down; the entry as it is where nothing was said that allows more. */
export function updated(entry: Entry | undefined, now: Code): Entry {
  if (!entry) return { ...now, cosmetic: [] };
  if (!mayBeWritten(entry, now)) return entry;
  const { version, closure } = now;
  // Reasons are about one version: of the next one the code counts as it is.
  if (entry.version !== version) return { version, closure, cosmetic: [] };
  const cosmetic = entry.cosmetic.map((reason) => (isStamped(reason) ? reason : `${closure}: ${reason}`));
  return { version, closure, cosmetic };
}

function mayBeWritten({ version, cosmetic }: Entry, now: Code): boolean {
  return version !== now.version || !cosmetic.every(isStamped);
}

function isStamped(reason: string): boolean {
  return STAMP.test(reason);
}

const COMMAND = 'UPDATE_GOLDEN=1 npm test -- closures';
const WRITE = `Run ${COMMAND}`;
