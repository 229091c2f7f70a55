/** JSON Schemas as functions: those that the set-up has compiled, and others when they are needed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Ajv from 'ajv/dist/2020.js';

/** The words of ours in schemas that say nothing about validity. */
export const ANNOTATIONS = ['reference', 'net', 'expected'];

export const AJV_OPTIONS = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  discriminator: true,
  useDefaults: true,
  verbose: true,
  // The schemas are ours (a test checks them) or a plugin's (`schemaProblem`, when it is loaded), and compiling the
  // schema of schemas takes longer than ours.
  validateSchema: false,
  meta: false,
  // Specs are small: what the optimised code would gain, optimising it costs many times over.
  code: { optimize: false },
} as const satisfies Ajv.Options;

/** Where the set-up puts what it has compiled (`precompile.ts`): one file a schema. */
export const COMPILED_FOLDER = fileURLToPath(new URL('../compiled-schemas/', import.meta.url));

const require = createRequire(import.meta.url);

let ajvVersion: string | undefined;

/**
 * The function that checks values and fills in defaults. A schema that the set-up did not know, a plugin's or
 * one that changed since, costs the loading of ajv (50 ms) and some ms more.
 */
export function validatorOf<T = unknown>(schema: object): Ajv.ValidateFunction<T> {
  return compiledBefore<T>(schema) ?? ajvWith(AJV_OPTIONS).compile<T>(schema);
}

function compiledBefore<T>(schema: object): Ajv.ValidateFunction<T> | undefined {
  const file = compiledFile(schema);
  if (!existsSync(file)) return undefined;
  try {
    return require(file) as Ajv.ValidateFunction<T>;
  } catch {
    // Taken away by a set-up meanwhile, or damaged: what is compiled now is the same.
    return undefined;
  }
}

/** Why this is no JSON Schema, or none that specs can be checked by; undefined if it is one. */
export function schemaProblem(schema: object): string | undefined {
  try {
    ajvWith({ ...AJV_OPTIONS, validateSchema: true, meta: true }).compile(schema);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** With our words; the only place where commands load ajv. */
export function ajvWith(options: Ajv.Options): Ajv.Ajv2020 {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof Ajv;
  const ajv = new Ajv2020(options);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv;
}

/** Another schema, other options and another ajv have another file. */
export function compiledFile(schema: object): string {
  ajvVersion ??= (require('ajv/package.json') as { version: string }).version;
  const made = { schema, options: AJV_OPTIONS, words: ANNOTATIONS, ajv: ajvVersion };
  const digest = createHash('sha256').update(JSON.stringify(made)).digest('hex');
  return `${COMPILED_FOLDER}${digest.slice(0, 16)}.cjs`;
}
