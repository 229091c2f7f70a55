/** Schema check of a composed spec: ajv's errors become diagnostics at the keys they are about. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { failed, ok, type Result } from '../util/result.js';
import { suggest, suggestion } from '../util/suggest.js';
import { isExpression, PROFILE_KEYS } from './compose.js';
import { type Diagnostic, isSamePlace } from './diagnostic.js';
import { type Located, type LocatedMap, locate, nearest, toPlain } from './located.js';
import { requirement } from './requirement.js';
import { experimentSchema, type ExperimentSpec, NAME_FORMS, type StageSchema } from './schema.js';

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
  const [ofProfiles, others] = partition(schemaErrors(validator), (error) =>
    error.instancePath.startsWith('/profiles/'),
  ).map((errors) => schemaMistakes(errors, tree, 'the spec'));
  // What the chosen profile sets is checked again where it went.
  return failed([
    ...ofProfiles!,
    ...others!.filter(({ at }) => !ofProfiles!.some((d) => isSamePlace(d.at, at))),
  ]);
}

/** The mistakes of a spec that something else may still complete: nothing is missed. */
export function validatePart(tree: LocatedMap, validator: ValidateFunction): Diagnostic[] {
  if (validator(toPlain(tree))) return [];
  const errors = schemaErrors(validator).filter(({ keyword }) => keyword !== 'required');
  return schemaMistakes(errors, tree, 'the spec');
}

function schemaErrors(validator: ValidateFunction): readonly ErrorObject[] {
  return validator.errors ?? [];
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

/** @param root what to call the whole tree */
export function schemaMistakes(errors: readonly ErrorObject[], tree: Located, root: string): Diagnostic[] {
  const wrongTypes = new Set(errors.filter((e) => e.keyword === 'type').map((e) => e.instancePath));
  return errors
    .filter(
      (error) => error.keyword === 'type' || !(wrongTypes.has(error.instancePath) && 'limit' in error.params),
    )
    .map((error) => toDiagnostic(error, tree, root))
    .filter((diagnostic) => diagnostic !== undefined);
}

function toDiagnostic(error: ErrorObject, tree: Located, root: string): Diagnostic | undefined {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const where = path.length === 0 ? root : path.join('.');
  const params = error.params as Record<string, unknown>;
  const { key, value } = nearest(tree, path);
  const at = value.at;
  const isVariable = value.kind === 'scalar' && value.variable !== undefined;
  const found = `${where} is ${quote(error.data)}${isVariable ? ` (variable "${value.variable}")` : ''}`;
  if (value.kind === 'scalar' && isExpression(value)) {
    // Elsewhere it has been replaced, or reported.
    if (path[0] !== 'profiles') return undefined;
    return { at, message: `${found}, but variables are not replaced in profiles.`, help: 'Write the value.' };
  }
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const schema = error.parentSchema as ObjectSchema;
      return { at: locate(tree, [...path, name])?.key ?? key, ...unknownKey(name, schema, where, path) };
    }
    case 'required': {
      const name = String(params['missingProperty']);
      const allowed = tagsOf(error.parentSchema as ObjectSchema, name);
      return {
        at: key,
        message: `The key "${name}" is missing in ${where}.`,
        ...(allowed.length > 0 && { help: suggestion('', allowed) }),
      };
    }
    case 'discriminator': {
      const tag = String(params['tag']);
      const tagged = locate(tree, [...path, tag])?.value;
      if (!tagged) return undefined;
      const allowed = tagsOf(error.parentSchema as ObjectSchema, tag);
      return {
        at: tagged.at,
        ...unknownWord(`${where}.${tag} is ${quote(toPlain(tagged))}`, tagged, allowed),
      };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as unknown[]).map(String);
      return { at, ...unknownWord(found, value, allowed) };
    }
    case 'pattern': {
      const { examples } = error.parentSchema as ObjectSchema;
      const form = examples
        ? `look like ${quote(examples[0])}`
        : `have the form ${String(params['pattern'])}`;
      return { at, message: `${found}, but must ${form}.`, ...describe(error) };
    }
    default:
      return { at, message: `${found}, but ${requirement(error)}.`, ...describe(error) };
  }
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
  readonly patternProperties?: object;
  readonly oneOf?: readonly ObjectSchema[];
  readonly examples?: readonly unknown[];
}

function unknownKey(
  name: string,
  { properties, patternProperties }: ObjectSchema,
  where: string,
  path: readonly string[],
) {
  if (patternProperties)
    return {
      message: `"${name}" cannot be a name in ${where}.`,
      help: NAME_FORMS[Object.keys(patternProperties)[0]!] ?? '',
    };
  if (path[0] === 'profiles' && path.length === 2 && ['stages', 'tables', 'title'].includes(name))
    return {
      message: `A profile cannot set "${name}".`,
      help: `It sets ${PROFILE_KEYS.join(', ')}, and never what is done.`,
    };
  return {
    message: `Unknown key "${name}" in ${where}.`,
    help: suggestion(name, Object.keys(properties ?? {})),
  };
}

function unknownWord(found: string, value: Located, allowed: readonly string[]) {
  const near = value.kind === 'scalar' ? suggest(String(value.value), allowed) : undefined;
  return {
    message: `${found}, but must be ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}.`,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

/** What a tag may be in the members of a union. */
function tagsOf({ oneOf = [] }: ObjectSchema, tag: string): readonly string[] {
  return oneOf.map(({ properties }) => String(properties?.[tag]?.const));
}

function describe(error: ErrorObject): { help?: string } {
  if (
    error.keyword === 'type' &&
    typeof error.data === 'string' &&
    /^(true|false|-?[0-9.]+)$/.test(error.data)
  )
    return { help: 'Write it without quotes.' };
  const description = (error.parentSchema as { description?: string }).description;
  return description === undefined ? {} : { help: description };
}

function quote(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
