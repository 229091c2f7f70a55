/** The paper's numbers for one table, kept in a YAML file beside the specs. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type, type Static } from 'typebox';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import { locate, nearest, toPlain } from './located.js';
import { parseYaml } from './parse.js';
import { Strict } from './schema.js';

const cell = Type.Union([Type.String(), Type.Number(), Type.Null(), Type.Array(Type.Number())]);

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

/**
 * @param reference where the spec names the file, for mistakes about the name
 * @param text of the file, undefined if it cannot be read
 */
export function readPaperTable(
  { file, name }: { file: string; name: string },
  text: string | undefined,
  reference: Position,
): Result<PaperTable, Diagnostic[]> {
  if (text === undefined) return failed([{ at: reference, message: `The file "${file}" cannot be read.` }]);
  const parsed = parseYaml(file, text);
  if (!parsed.ok) return parsed;
  const table = locate(parsed.value, [name]);
  if (!table) {
    const names = [...parsed.value.entries.keys()];
    return failed([
      { at: reference, message: `"${file}" has no table "${name}".`, help: suggestion(name, names) },
    ]);
  }
  const value = toPlain(table.value);
  const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile<PaperTable>(paperTable);
  if (!validate(value)) {
    const mistakes = (validate.errors ?? []).map((error): Diagnostic => {
      const at = nearest(table.value, error.instancePath.split('/').slice(1)).value.at;
      return {
        at,
        message: `${name}${error.instancePath.replaceAll('/', '.')} ${error.message ?? 'does not fit'}.`,
      };
    });
    return failed(mistakes);
  }
  const paper = value;
  const uneven = paper.rows.findIndex((row) => row.length !== paper.columns.length);
  if (uneven < 0) return ok(paper);
  const at = nearest(table.value, ['rows', String(uneven)]).value.at;
  return failed([
    { at, message: `This row has ${paper.rows[uneven]!.length} cells for ${paper.columns.length} columns.` },
  ]);
}
