/** A user's mistake, where it stands and the way out; all mistakes of a spec are reported at once. */

/** A place in a text; line and column count from 1, columns in UTF-16 units. */
export interface Position {
  /** The file's path as the user named it, or an option of the command line such as `--set path=value`. */
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
  /** Where the value is used, if that is not where it was written. */
  readonly usedAt?: Position;
}

/** A place on the command line: the whole of an option such as `--set path=value`. */
export function commandLine(option: string): Position {
  return { file: option, line: 1, column: 1, length: 1 };
}

export function isOnCommandLine({ file }: Position): boolean {
  return file.startsWith('--');
}

/** `file:line:column`, clickable in terminals and editors; the option itself for what stands on the command line. */
export function formatPosition(at: Position): string {
  return isOnCommandLine(at) ? `${at.file}:` : `${at.file}:${at.line}:${at.column}`;
}

export function isSamePlace(a: Position, b: Position): boolean {
  return formatPosition(a) === formatPosition(b);
}

/**
 * Message, help and the line of text with the place underlined.
 * @param textOf the text of a file that a position names
 */
export function formatDiagnostic(
  { at, message, help }: Diagnostic,
  textOf: (file: string) => string | undefined,
): string {
  const lines = [
    visible(`${formatPosition(at)} ${message}${help === undefined || help === '' ? '' : ` ${help}`}`),
  ];
  const source = textOf(at.file)?.split(/\r?\n/)[at.line - 1];
  if (source !== undefined) {
    const gutter = ` ${at.line} | `;
    const { shown, before, after } = around(source, at.column - 1);
    const indent = before.replaceAll(/[^\t]/g, ' ');
    const width = Math.max(1, Math.min(at.length, after.length));
    lines.push(
      visible(`${gutter}${shown}`.trimEnd()),
      `${' '.repeat(gutter.length - 2)}| ${indent}${'~'.repeat(width)}`,
    );
  }
  return lines.join('\n');
}

/** What a terminal would obey, or take for another line, as the picture of it, which is as wide as one letter. Tabs stay. */
function visible(text: string): string {
  return text.replaceAll(/(?!\t)[\p{Cc}\u2028\u2029]/gu, (control) => {
    const code = control.charCodeAt(0);
    return String.fromCharCode(code < 0x20 ? 0x2400 + code : 0x2421);
  });
}

/** More of a line than this is cut, in UTF-16 units. */
const LINE_SHOWN = 200;

/** A line, or of a very long one what lies around a column. Tabs stay tabs, so that what is written below fits. */
function around(source: string, column: number) {
  const from = source.length <= LINE_SHOWN ? 0 : Math.max(0, column - LINE_SHOWN / 2);
  const to = from + LINE_SHOWN;
  const [start, end] = [from > 0 ? '...' : '', to < source.length ? '...' : ''];
  const before = `${start}${source.slice(from, column)}`;
  const after = source.slice(column, to);
  return { shown: `${before}${after}${end}`, before, after };
}

/** Sorted by place, duplicates dropped. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ at, message }: Diagnostic) => `${at.file}:${at.line}:${at.column}:${message}`;
  const unique = new Map(diagnostics.map((d) => [key(d), d]));
  return [...unique.values()].sort(
    (a, b) => compareText(a.at.file, b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
}

/** The same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
