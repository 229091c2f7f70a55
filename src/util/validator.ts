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
  // The schemas are ours (a test checks them) or a plugin's (checked when it is loaded), and compiling the schema
  // of schemas takes longer than ours.
  validateSchema: false,
  meta: false,
  // Specs are small: what the optimised code would gain, optimising it costs many times over.
  code: { optimize: false },
} as const satisfies Ajv.Options;

/** Where the set-up puts what it has compiled (`precompile.ts`): one file a schema. */
export const COMPILED = fileURLToPath(new URL('../compiled-schemas/', import.meta.url));

const require = createRequire(import.meta.url);

/**
 * The function that checks values and fills in defaults. A schema that the set-up did not know, a plugin's or
 * one that changed since, costs the loading of ajv (50 ms) and some ms more.
 */
export function validatorOf<T = unknown>(schema: object): Ajv.ValidateFunction<T> {
  const compiled = compiledFile(schema);
  if (existsSync(compiled)) return require(compiled) as Ajv.ValidateFunction<T>;
  return ajvWith(AJV_OPTIONS).compile<T>(schema);
}

/** Why a schema is none, or undefined if it is one. */
export function schemaProblem(schema: object): string | undefined {
  const { strict, strictRequired, strictTypes, discriminator } = AJV_OPTIONS;
  try {
    ajvWith({ strict, strictRequired, strictTypes, discriminator }).compile(schema);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Ours, with our words; ajv is loaded only here. */
export function ajvWith(options: Ajv.Options): Ajv.Ajv2020 {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof Ajv;
  const ajv = new Ajv2020(options);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv;
}

/** A changed schema has another file. */
export function compiledFile(schema: object): string {
  const digest = createHash('sha256').update(JSON.stringify(schema)).digest('hex');
  return `${COMPILED}${digest.slice(0, 16)}.cjs`;
}
