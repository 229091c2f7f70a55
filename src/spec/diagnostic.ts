/** A user's mistake, where it stands and the way out; all mistakes of a spec are reported at once. */

/** A place in a text; line and column count from 1, columns in UTF-16 units. */
export interface Position {
  /** The file's path as the user named it, or `--set`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length of what is meant, in UTF-16 units of this line. */
  readonly length: number;
}

export interface Diagnostic {
  readonly at: Position;
  /** What was found and what is wrong with it, one sentence. */
  readonly message: string;
  /** What is allowed or what to do instead. */
  readonly help?: string;
}

/** `file:line:column`, clickable in terminals and editors. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/**
 * Message, help and the line of text with the place underlined.
 * @param textOf the text of a file that a position names
 */
export function formatDiagnostic(
  { at, message, help }: Diagnostic,
  textOf: (file: string) => string | undefined,
): string {
  const lines = [`${formatPosition(at)} ${message}${help === undefined || help === '' ? '' : ` ${help}`}`];
  const source = textOf(at.file)?.split(/\r?\n/)[at.line - 1];
  if (source !== undefined) {
    const gutter = ` ${at.line} | `;
    const width = Math.max(1, Math.min(at.length, source.length - at.column + 1));
    lines.push(
      `${gutter}${source}`,
      `${' '.repeat(gutter.length - 2)}| ${' '.repeat(at.column - 1)}${'~'.repeat(width)}`,
    );
  }
  return lines.join('\n');
}

/** Sorted by place, duplicates dropped. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ at, message }: Diagnostic) => `${at.file}:${at.line}:${at.column}:${message}`;
  const unique = new Map(diagnostics.map((d) => [key(d), d]));
  return [...unique.values()].sort(
    (a, b) => a.at.file.localeCompare(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
}
