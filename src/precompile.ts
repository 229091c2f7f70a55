/** A step of the set-up: compiles the schemas that come with us, so that no command has to. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import standalone from 'ajv/dist/standalone/index.js';
import { BUILT_IN_LAYER_KINDS } from './nn/layer-kinds.js';
import { kindsWith } from './plugins/kinds.js';
import { paperTable } from './spec/paper-table.js';
import { schemasOf } from './spec/validate.js';
import { BUILT_IN_KINDS } from './stages/built-in.js';
import { AJV_OPTIONS, ajvWith, COMPILED, compiledFile } from './util/validator.js';

const SCHEMAS = [
  ...schemasOf(kindsWith(BUILT_IN_KINDS, []).vocabulary),
  ...BUILT_IN_LAYER_KINDS.map(({ schema }) => schema),
  paperTable,
];

rmSync(COMPILED, { recursive: true, force: true });
mkdirSync(COMPILED);
for (const schema of SCHEMAS) {
  const ajv = ajvWith({ ...AJV_OPTIONS, code: { ...AJV_OPTIONS.code, source: true } });
  writeFileSync(compiledFile(schema), standalone.default(ajv, ajv.compile(schema)));
}
