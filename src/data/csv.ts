/** Comma-separated values as RFC 4180 has them: fields may stand in quotes, and then hold commas, quotes and line ends. */

/** Of a row. */
const MOST_FIELDS = 1000;

export interface CsvRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Rows as they come, empty lines aside; last the line at which a quote is never closed or stands where none may,
 * or a row has too many fields, if one does.
 */
export function* parseCsv(text: string): Generator<CsvRow | { readonly wrongAt: number }, void, undefined> {
  let line = 1;
  let fields: string[] = [];
  let startedAt = 1;
  const ended = (): readonly CsvRow[] => {
    const row = { line: startedAt, fields };
    fields = [];
    startedAt = line;
    return row.fields.length > 1 || row.fields[0] !== '' ? [row] : [];
  };
  const plain = /[^",\r\n]*/y;
  // A byte order mark is no part of the first name.
  for (let at = text.startsWith('\ufeff') ? 1 : 0; ;) {
    if (fields.length === MOST_FIELDS) {
      yield { wrongAt: startedAt };
      return;
    }
    if (text[at] === '"') {
      const close = closingQuote(text, at);
      if (close < 0) {
        yield { wrongAt: startedAt };
        return;
      }
      const quoted = text.slice(at + 1, close);
      fields.push(quoted.replaceAll('""', '"'));
      line += quoted.split('\n').length - 1;
      at = close + 1;
    } else {
      plain.lastIndex = at;
      const [field] = plain.exec(text)!;
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) {
      yield* ended();
      return;
    }
    if (text[at] === ',') at += 1;
    else if (text[at] === '\n' || text.startsWith('\r\n', at)) {
      at += text[at] === '\n' ? 1 : 2;
      line += 1;
      yield* ended();
    } else {
      yield { wrongAt: startedAt };
      return;
    }
  }
}

/** Two quotes within a field are one of its own. @returns -1 if there is none */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
