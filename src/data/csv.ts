/** Comma-separated values as RFC 4180 has them: fields may stand in quotes, and then hold commas, quotes and line ends. */

export interface CsvRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** @returns rows, empty lines aside; or the line at which a quote is never closed or stands where none may */
export function parseCsv(text: string): readonly CsvRow[] | { readonly wrongAt: number } {
  const rows: CsvRow[] = [];
  let line = 1;
  let fields: string[] = [];
  let startedAt = 1;
  const end = () => {
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: startedAt, fields });
    fields = [];
    startedAt = line;
  };
  const field = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  // A byte order mark is no part of the first name.
  for (let at = text.startsWith('\ufeff') ? 1 : 0; ;) {
    field.lastIndex = at;
    const found = field.exec(text)!;
    const [whole, quoted, plain] = found;
    fields.push(quoted?.replaceAll('""', '"') ?? plain!);
    line += quoted === undefined ? 0 : quoted.split('\n').length - 1;
    at += whole.length;
    if (at >= text.length) {
      end();
      return rows;
    }
    if (text[at] === ',') at += 1;
    else if (text[at] === '\n' || text.startsWith('\r\n', at)) {
      at += text[at] === '\n' ? 1 : 2;
      line += 1;
      end();
    } else return { wrongAt: startedAt };
  }
}
