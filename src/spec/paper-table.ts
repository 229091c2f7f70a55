/** The paper's numbers for one table, kept in a YAML file beside the specs. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { Type, type Static } from 'typebox';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import { locate, nearest, toPlain } from './located.js';
import { parseYaml } from './parse.js';
import { Strict } from './schema.js';
import { schemaMistakes } from './validate.js';

const cell = Type.Unsafe<string | number | null | number[]>({
  type: ['string', 'number', 'null', 'array'],
  items: { type: 'number' },
});

const paperTable = Strict({
  caption: Type.String({ minLength: 1, description: "The paper's own caption." }),
  columns: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    uniqueItems: true,
    description: 'Names of the columns.',
  }),
  rows: Type.Array(Type.Array(cell), {
    minItems: 1,
    description: "Scales in the paper's px, errors in per cent, null where none is printed.",
  }),
});

export type PaperTable = Static<typeof paperTable>;

const AJV_OPTIONS = { allErrors: true, strictTypes: false, verbose: true };

/** Made when first needed, and once. */
let compiled: ValidateFunction<PaperTable> | undefined;

/**
 * @param reference where the spec names the file, for mistakes about the name
 * @param text of the file, or why it cannot be read
 */
export function readPaperTable(
  { file, name }: { file: string; name: string },
  text: Result<string, string>,
  reference: Position,
): Result<PaperTable, Diagnostic[]> {
  if (!text.ok) return failed([{ at: reference, message: `"${file}": ${text.error}` }]);
  const parsed = parseYaml(file, text.value);
  if (!parsed.ok) return parsed;
  const table = locate(parsed.value, [name]);
  if (!table) {
    const names = [...parsed.value.entries.keys()];
    return failed([
      { at: reference, message: `"${file}" has no table "${name}".`, help: suggestion(name, names) },
    ]);
  }
  const paper = toPlain(table.value);
  const validate = (compiled ??= new Ajv2020(AJV_OPTIONS).compile<PaperTable>(paperTable));
  // The table stands in the file under its name: so do its mistakes.
  if (!validate(paper)) return failed(schemaMistakes(validate.errors ?? [], table.value, name));
  const uneven = paper.rows.flatMap((row, i): Diagnostic[] => {
    if (row.length === paper.columns.length) return [];
    const { at } = nearest(table.value, ['rows', String(i)]).value;
    return [{ at, message: `This row has ${row.length} cells for ${paper.columns.length} columns.` }];
  });
  return uneven.length > 0 ? failed(uneven) : ok(paper);
}
