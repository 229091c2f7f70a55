/** What the YAML parser complains of, in the words of a spec and at the place to mend. */
import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';

export interface YamlProblem {
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly help?: string;
  /** Whether the rest of the text is understood all the same. */
  readonly isLocal: boolean;
}

/** The problems that are no mere consequence of another. */
export function yamlProblems(document: Document, text: string): YamlProblem[] {
  const errors = [...document.errors, ...document.warnings];
  // A parser that has lost its way finds tokens unexpected up to the end of the file.
  const telling = errors.filter(({ code }, i) => i === 0 || code !== 'UNEXPECTED_TOKEN');
  const problems = telling.map((error): YamlProblem => ({
    ...yamlProblem(error, document, text),
    isLocal: LOCAL.has(error.code),
  }));
  const deep = problems.find(({ message }) => message === TOO_DEEP.message);
  if (deep) return [deep];
  // What follows an open quote is text up to the file's end, so nothing else is told apart.
  const quote = problems.find(({ message }) => message === OPEN_QUOTE);
  return quote ? [quote] : problems;
}

/** Of one key, beside which the rest stands as it is. */
const LOCAL: ReadonlySet<string> = new Set(['DUPLICATE_KEY']);

/** How other languages, and JSON as some write it, start a comment. */
export const COMMENT_START = /^\/[/*]/;

export const COMMENT = {
  message: 'Comments do not start with "//" or "/*".',
  help: 'Write "#" before them, on every line.',
} as const;

export const MAX_DEPTH = 64;

export const TOO_DEEP = {
  message: `Nested more than ${MAX_DEPTH} levels deep.`,
  help: 'No spec needs so many.',
} as const;

const OPEN_QUOTE = 'This quote is not closed.';

function yamlProblem({ code, pos: [from, to], message }: YAMLError, document: Document, text: string) {
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing')) {
    const start = opening(
      document,
      from,
      (node) => isScalar(node) && /^["']/.test(text.slice(node.range![0])),
    );
    return {
      from: start ?? from,
      to: (start ?? from) + 1,
      message: OPEN_QUOTE,
      help: 'Write it at the end of the text too.',
    };
  }
  if (/^(Flow (map|seq)|Expected flow)/.test(message)) {
    // A pair within brackets is a collection of its own, without any.
    const start = opening(
      document,
      from,
      (node) => isCollection(node) && node.flow === true && /[{[]/.test(text[node.range![0]]!),
    );
    if (start !== undefined)
      return {
        from: start,
        to: start + 1,
        message: `This "${text[start]!}" is not closed.`,
        help: `Write the "${text[start] === '{' ? '}' : ']'}" too.`,
      };
  }
  if (COMMENT_START.test(text.slice(from))) return { from, to: lineEnd(text, from), ...COMMENT };
  // Without quotes a "{" within text begins a map.
  if (text.slice(from - 1, from + 1) === '${') {
    const whole = /^\$\{[^}\n]*\}?/.exec(text.slice(from - 1))![0];
    return {
      from: from - 1,
      to: from - 1 + whole.length,
      message: 'An expression stands in quotes.',
      help: `Write '${whole}'.`,
    };
  }
  const blanks = /^ */.exec(text.slice(from))![0].length;
  const word = /^[^\s:,{}[\]]*/.exec(text.slice(from))![0];
  if (message.startsWith('Missing , '))
    return {
      from,
      to: from + Math.max(1, word.length),
      message: 'A comma is missing before this.',
      help: 'Write it.',
    };
  switch (code as string) {
    case 'RESOURCE_EXHAUSTION':
      return { from, to, ...TOO_DEEP };
    case 'TAB_AS_INDENT':
      return { from, to, message: 'A tab indents this line.', help: 'Indent by spaces.' };
    case 'DUPLICATE_KEY':
      return {
        from,
        to: from + Math.max(1, word.length),
        message: `The key "${word}" stands here a second time.`,
        help: 'Keep one of them.',
      };
    case 'MULTIPLE_DOCS':
      return {
        from,
        to,
        message: 'A second document starts here.',
        help: 'A spec is one document: write it into a file of its own.',
      };
    case 'TAG_RESOLVE_FAILED':
      return { from, to, message: `The tag "${word}" is not allowed.`, help: 'A spec holds plain values.' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        from,
        to: lineEnd(text, from),
        message: 'A ": " within text makes it a key and its value.',
        help: 'Put the text in quotes.',
      };
    case 'BLOCK_IN_FLOW':
      return {
        from,
        to: Math.min(to, lineEnd(text, from)),
        message: 'A comma is missing here, between two keys.',
        help: 'Write it, or put text that holds ": " in quotes.',
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        from,
        to: lineEnd(text, from),
        message: 'This line is no "key: value".',
        help: 'Write a space after the colon of the key.',
      };
    case 'BAD_SCALAR_START':
      return {
        from,
        to: from + 1,
        message: `Text cannot start with "${text[from]!}".`,
        help: 'Put it in quotes.',
      };
    case 'BAD_INDENT':
      return {
        from: from + blanks,
        to: from + blanks + Math.max(1, /^[^\s:,{}[\]]*/.exec(text.slice(from + blanks))![0].length),
        message: 'This does not start below what it belongs to.',
        help: 'Keys of one map, and items of one list, start in the same column.',
      };
    case 'UNEXPECTED_TOKEN':
      return {
        from: from + blanks,
        to: Math.max(from + blanks + 1, Math.min(to, lineEnd(text, from))),
        message: 'What stands here does not belong here.',
        help: 'Is a comma, a quote or a bracket missing before it, or one too many?',
      };
    default:
      return {
        from: from + blanks,
        to: Math.max(to, from + blanks + 1),
        message: `This is not YAML: ${message.replace(/\.$/, '').replaceAll('\n', '\\n')}.`,
        help: 'Text that holds characters with a meaning in YAML stands in quotes.',
      };
  }
}

function lineEnd(text: string, from: number): number {
  return from + /^[^\r\n]*/.exec(text.slice(from))![0].length;
}

/** Where the innermost node of a sort starts that is still open at `offset`. */
function opening(document: Document, offset: number, fits: (node: Node) => boolean): number | undefined {
  let start: number | undefined;
  visit(document, {
    Node: (_key, node) => {
      if (node.range && node.range[0] < offset && node.range[2] >= offset && fits(node))
        start = node.range[0];
    },
  });
  return start;
}
