/** What the YAML parser complains of, in the words of a spec and at the place to mend. */
import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';

export interface YamlProblem {
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly help?: string;
}

/** The problems that are no mere consequence of another. */
export function yamlProblems(document: Document, text: string): YamlProblem[] {
  const errors = [...document.errors, ...document.warnings];
  // A parser that has lost its way finds tokens unexpected up to the end of the file.
  const telling = errors.filter(({ code }, i) => i === 0 || code !== 'UNEXPECTED_TOKEN');
  const problems = telling.map((error) => yamlProblem(error, document, text));
  // What follows an open quote is text up to the file's end, so nothing else is told apart.
  const quote = problems.find(({ message }) => message === OPEN_QUOTE);
  return quote ? [quote] : problems;
}

const OPEN_QUOTE = 'This quote is not closed.';

function yamlProblem({ code, pos: [from, to], message }: YAMLError, document: Document, text: string) {
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing')) {
    const start = opening(
      document,
      from,
      (node) => isScalar(node) && /^["']/.test(text.slice(node.range![0])),
    );
    return { from: start ?? from, to: (start ?? from) + 1, message: OPEN_QUOTE };
  }
  if (/^(Flow (map|seq)|Expected flow)/.test(message)) {
    const start = opening(document, from, (node) => isCollection(node) && node.flow === true);
    if (start !== undefined)
      return { from: start, to: start + 1, message: `This "${text[start]!}" is not closed.` };
  }
  const word = /^[^\s:,{}[\]]*/.exec(text.slice(from))![0];
  switch (code as string) {
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
    default: {
      const blanks = /^ */.exec(text.slice(from))![0].length;
      return {
        from: from + blanks,
        to: Math.max(to, from + blanks + 1),
        message: `This is not YAML: ${message.replace(/\.$/, '').replaceAll('\n', '\\n')}.`,
      };
    }
  }
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
