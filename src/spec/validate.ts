/** Schema check of a composed spec: ajv's errors become diagnostics at the keys they are about. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic } from './diagnostic.js';
import { type LocatedMap, locate, nearest, toPlain } from './located.js';
import { experimentSchema, type ExperimentSpec, type StageSchema } from './schema.js';

/** Compiling takes tens of milliseconds, so it is done once for a set of stage kinds. */
export function compileValidator(stages: readonly StageSchema[]): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    discriminator: true,
    useDefaults: true,
    verbose: true,
  });
  ajv.addVocabulary(['reference']);
  return ajv.compile(experimentSchema(stages));
}

/** The values of a spec that fits the schema, with defaults filled in; otherwise every mistake. */
export function validateSpec(
  tree: LocatedMap,
  validator: ValidateFunction,
): Result<ExperimentSpec, Diagnostic[]> {
  const values = toPlain(tree);
  if (validator(values)) return ok(values as ExperimentSpec);
  const diagnostics = (validator.errors ?? [])
    .map((error) => toDiagnostic(error, tree))
    .filter((d) => d !== undefined);
  return failed(diagnostics);
}

function toDiagnostic(error: ErrorObject, tree: LocatedMap): Diagnostic | undefined {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const where = path.length === 0 ? 'the spec' : path.join('.');
  const params = error.params as Record<string, unknown>;
  const found = quote(error.data);
  const at = nearest(tree, path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {});
      const entry = locate(tree, [...path, key]);
      return {
        at: entry?.key ?? at.key,
        message: `Unknown key "${key}" in ${where}.`,
        help: suggestion(key, known),
      };
    }
    case 'required':
      return {
        at: at.key,
        message: `The key "${String(params['missingProperty'])}" is missing in ${where}.`,
      };
    case 'discriminator': {
      const tag = String(params['tag']);
      const kinds =
        (error.parentSchema as { oneOf?: unknown[] }).oneOf?.map((member) => literal(member, tag)) ?? [];
      const value = locate(tree, [...path, tag])?.value;
      const written = quote(value && toPlain(value));
      return {
        at: value?.at ?? at.key,
        message: `${written} is no ${tag} that ${where} can have.`,
        help: suggestion(String(params['tagValue']), kinds),
      };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as unknown[]).map(String);
      return {
        at: at.value.at,
        message: `${where} is ${found}.`,
        help: suggestion(String(error.data), allowed),
      };
    }
    case 'const':
      return {
        at: at.value.at,
        message: `${where} is ${found}, but must be ${quote(params['allowedValue'])}.`,
      };
    case 'propertyNames':
    case 'pattern':
      return {
        at: at.value.at,
        message: `${where} is ${found}, which does not have the form ${String(params['pattern'] ?? params['propertyName'])}.`,
        ...describe(error),
      };
    case 'if':
      return undefined;
    default:
      return {
        at: at.value.at,
        message: `${where} is ${found}, but ${error.message ?? 'does not fit'}.`,
        ...describe(error),
      };
  }
}

function describe(error: ErrorObject): { help?: string } {
  const description = (error.parentSchema as { description?: string }).description;
  return description === undefined ? {} : { help: description };
}

function literal(member: unknown, tag: string): string {
  const properties = (member as { properties?: Record<string, { const?: unknown }> }).properties;
  return String(properties?.[tag]?.const);
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'missing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
