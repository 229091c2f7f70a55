/** Rows of named values as aligned text, CSV (RFC 4180) or JSON. */

export type Row = Readonly<Record<string, string | number>>;

export function formatRows(
  rows: readonly Row[],
  columns: readonly string[],
  form: 'text' | 'csv' | 'json',
): string {
  const cells = rows.map((row) => columns.map((column) => row[column] ?? ''));
  switch (form) {
    case 'json':
      return JSON.stringify(
        cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]!]))),
        null,
        2,
      );
    case 'csv':
      return [columns, ...cells].map((row) => row.map(csvCell).join(',')).join('\n');
    case 'text':
      return aligned([columns, ...cells.map((row) => row.map(oneLine))]);
  }
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function oneLine(value: string | number): string {
  return String(value).replaceAll(/\s+/g, ' ');
}

/** Columns that are empty throughout are left out. */
function aligned(lines: readonly (readonly string[])[]): string {
  if (lines.length === 1) return '';
  const kept = lines[0]!.map((_, i) => i).filter((i) => lines.slice(1).some((line) => line[i] !== ''));
  const widths = kept.map((i) => lines.reduce((most, line) => Math.max(most, line[i]!.length), 0));
  return lines
    .map((line) =>
      kept
        .map((i, n) => line[i]!.padEnd(widths[n]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
