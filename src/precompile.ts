/** A step of the set-up: compiles the schemas that come with us, so that no command has to. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import standalone from 'ajv/dist/standalone/index.js';
import { shippedSchemas } from './plugins/kinds.js';
import { BUILT_IN_KINDS } from './stages/built-in.js';
import { AJV_OPTIONS, ajvWith, COMPILED_FOLDER, compiledFile } from './util/validator.js';

mkdirSync(COMPILED_FOLDER, { recursive: true });
const made = shippedSchemas(BUILT_IN_KINDS).map((schema) => {
  const ajv = ajvWith({ ...AJV_OPTIONS, code: { ...AJV_OPTIONS.code, source: true } });
  const file = compiledFile(schema);
  // Whole or not at all: a command may read it while this runs.
  writeFileSync(`${file}.new`, standalone.default(ajv, ajv.compile(schema)));
  renameSync(`${file}.new`, file);
  return file;
});
for (const name of readdirSync(COMPILED_FOLDER)) {
  const file = join(COMPILED_FOLDER, name);
  if (!made.includes(file)) rmSync(file);
}
