/** ajv's errors in the words of a spec, each at the key or value to mend. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { suggest, suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import { type Located, locate, nearest, toPlain } from './located.js';
import { PROFILE_KEYS } from './profile.js';
import { expectedForm, requirement, type UnionSchema } from './requirement.js';
import { NAME_FORMS } from './schema.js';
import { isExpression } from './substitute.js';
import { MATRIX_WORDS } from './sweep-schema.js';

/** Where the checked tree hangs in the spec. */
export interface Root {
  readonly path: readonly string[];
  /** What to call the whole tree. */
  readonly name: string;
  /** Whether keys may not be missing: not so where something else may still give them. */
  readonly complete: boolean;
  /** Place of the tree's own key; else where it starts. */
  readonly at?: Position;
}

export function schemaMistakes(
  errors: readonly ErrorObject[],
  tree: Located,
  root: Root,
): readonly Diagnostic[] {
  return telling(errors)
    .filter(({ keyword }) => root.complete || keyword !== 'required')
    .flatMap((error): Diagnostic[] => {
      const diagnostic = toDiagnostic(error, tree, root);
      if (!diagnostic) return [];
      const help = diagnostic.help === undefined ? formHelp(error, errors) : {};
      const { value } = nearest(tree, keysOf(error.instancePath));
      const used = value.kind === 'scalar' && value.usedAt !== undefined ? { usedAt: value.usedAt } : {};
      return [{ ...diagnostic, ...help, ...used }];
    });
}

/** What is wanted in all, of a mistake within one of several forms that says nothing more itself. */
function formHelp(error: ErrorObject, errors: readonly ErrorObject[]): { help?: string } {
  if (error.keyword === 'anyOf') return {};
  const union = errors.findLast((other) => other.keyword === 'anyOf' && isInside(error, other));
  return union ? { help: `Wanted is ${expectedForm(union.parentSchema as UnionSchema)}.` } : {};
}

/** Without those that are mere consequences of another. */
function telling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const wrongTypes = new Set(
    errors
      .filter((e) => e.keyword === 'type' && !unions.some((union) => isAboutForm(e, union)))
      .map((e) => e.instancePath),
  );
  return errors.filter((error) => {
    if (error.keyword === 'required' && isMisspelt(error, errors)) return false;
    // Of a map or a list only the form for such was meant, so what is wrong inside it tells more than the list of forms.
    const within = unions.filter((union) => isInside(error, union));
    if (within.some((union) => !isContainer(union.data) || isAboutForm(error, union))) return false;
    if (error.keyword === 'anyOf')
      return !(
        isContainer(error.data) &&
        errors.some((inner) => isInside(inner, error) && !isAboutForm(inner, error))
      );
    return error.keyword === 'type' || !(wrongTypes.has(error.instancePath) && 'limit' in error.params);
  });
}

/** Whether the key that is missing is there under nearly its name, which is blamed as unknown. */
function isMisspelt({ instancePath, params }: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const missing = String((params as { missingProperty?: unknown }).missingProperty);
  return errors.some(
    (other) =>
      other.keyword === 'additionalProperties' &&
      other.instancePath === instancePath &&
      suggest(String((other.params as { additionalProperty?: unknown }).additionalProperty), [missing]) !==
        undefined,
  );
}

function isInside(inner: ErrorObject, union: ErrorObject): boolean {
  return (
    inner.schemaPath.startsWith(`${union.schemaPath}/`) && inner.instancePath.startsWith(union.instancePath)
  );
}

/** Whether an error says no more than that the value has another form than one member of the union. */
function isAboutForm(error: ErrorObject, union: ErrorObject): boolean {
  return error.keyword === 'type' && error.instancePath === union.instancePath;
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function toDiagnostic(error: ErrorObject, tree: Located, root: Root): Diagnostic | undefined {
  const path = keysOf(error.instancePath);
  const whole = [...root.path, ...path];
  const where = whole.length === 0 ? root.name : whole.join('.');
  const params = error.params as Record<string, unknown>;
  const { key: nearestKey, value } = nearest(tree, path);
  const key = value === tree ? (root.at ?? nearestKey) : nearestKey;
  const at = value.at;
  const found = `${where} is ${quote(error.data)}${originOf(value)}`;
  if (value.kind === 'scalar' && isExpression(value)) {
    // In a stage it is replaced for each member, and checked then; but what chooses the members is not.
    if (root.path.length > 0 && path[0] !== 'by') return undefined;
    if (whole[0] === 'profiles')
      return {
        at,
        message: `${found}, but variables are not replaced in profiles.`,
        help: 'Write the value.',
      };
  }
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const schema = error.parentSchema as ObjectSchema;
      return { at: locate(tree, [...path, name])?.key ?? key, ...unknownKey(name, schema, where, whole) };
    }
    case 'required': {
      const name = String(params['missingProperty']);
      const parent = error.parentSchema as ObjectSchema;
      const allowed = tagsOf(parent, name);
      const description = parent.properties?.[name]?.description;
      return {
        at: key,
        message: `The key "${name}" is missing in ${where}.`,
        ...(allowed.length > 0
          ? { help: `Allowed: ${[...allowed].sort(compareWords).join(', ')}.` }
          : description !== undefined && { help: description }),
      };
    }
    case 'discriminator': {
      const tag = String(params['tag']);
      const tagged = locate(tree, [...path, tag])?.value;
      if (!tagged) return undefined;
      // As above: of a stage's own keys it is replaced for each member, and checked then.
      if (root.path.length > 0 && tagged.kind === 'scalar' && isExpression(tagged)) return undefined;
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
      const name = NAME_FORMS[String(params['pattern'])];
      if (name !== undefined) return { at, message: `${found}, but must be a name.`, help: name };
      const form = examples ? `look like ${quote(examples[0])}` : 'have another form';
      return { at, message: `${found}, but must ${form}.`, ...describe(error) };
    }
    default: {
      const word = matrixWord(whole, error.data);
      return word === undefined
        ? { at, message: `${found}, but ${requirement(error)}.`, ...describe(error) }
        : { at: nearest(tree, path.slice(0, -1)).key, ...word };
    }
  }
}

/** In a matrix any name may be an axis; one whose alternatives are maps means one of the matrix's own words. */
function matrixWord(path: readonly string[], data: unknown): Omit<Diagnostic, 'at'> | undefined {
  const [section, , key, axis = ''] = path;
  const isAlternative = section === 'stages' && key === 'matrix' && path.length === 5;
  const words: readonly string[] = MATRIX_WORDS;
  if (
    !isAlternative ||
    words.includes(axis) ||
    typeof data !== 'object' ||
    suggest(axis, MATRIX_WORDS) === undefined
  )
    return undefined;
  return {
    message: `Unknown key "${axis}" in ${path.slice(0, 3).join('.')}.`,
    help: suggestion(axis, MATRIX_WORDS),
  };
}

/** Numbers by size, words by letters. */
function compareWords(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : 1);
}

/** The keys of a JSON Pointer (RFC 6901). */
export function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function originOf(value: Located): string {
  if (value.kind !== 'scalar') return '';
  if (value.variable !== undefined) return ` ("\${${value.variable}}")`;
  return value.expression === undefined ? '' : ` ("${value.expression}")`;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly const?: unknown; readonly description?: string }>>;
  readonly patternProperties?: object;
  readonly oneOf?: readonly ObjectSchema[];
  readonly examples?: readonly unknown[];
}

/** Sections that a profile must leave alone, with the reason that all of them share. */
const NOT_IN_PROFILES = [
  'stages',
  'tables',
  'claims',
  'title',
  'groups',
  'defaults',
  'nets',
  'plugins',
  'reuse',
  'checkpoint',
  'workers',
  'memoryGiB',
  'extends',
];

function unknownKey(
  name: string,
  { properties, patternProperties }: ObjectSchema,
  where: string,
  path: readonly string[],
) {
  if (name.includes('${'))
    return {
      message: `"${name}" cannot be a key in ${where}.`,
      help: 'Expressions stand for values; a key is written out.',
    };
  const [, word, value] = /^(\w+):(.+)$/.exec(name) ?? [];
  if (word !== undefined)
    return {
      message: `Unknown key "${name}" in ${where}.`,
      help: `Write "${word}: ${value!}", with a space.`,
    };
  if (patternProperties && suggest(name, Object.keys(properties ?? {})) === undefined)
    return {
      message: `"${name}" cannot be a name in ${where}.`,
      help: NAME_FORMS[Object.keys(patternProperties)[0]!] ?? '',
    };
  if (path[0] === 'profiles' && path.length === 2 && NOT_IN_PROFILES.includes(name))
    return {
      message: `A profile cannot set "${name}".`,
      help: `It sets ${PROFILE_KEYS.join(', ')}, and never what is done.`,
    };
  const keys = Object.keys(properties ?? {});
  const isStage = path[0] === 'stages' && path.length === 2;
  return {
    message: `Unknown key "${name}" in ${where}.`,
    help: (isStage ? aboutSubject(name, keys) : undefined) ?? suggestion(name, keys),
  };
}

/** Of a word that says what a stage works on, where stages of its kind do not have it. */
function aboutSubject(word: string, keys: readonly string[]): string | undefined {
  if (!['from', 'each', 'over', 'by', 'where'].includes(word)) return undefined;
  return keys.includes('each')
    ? 'A stage of this kind works on one thing at a time: write "each", or "from".'
    : 'A stage of this kind works on no other stage.';
}

function unknownWord(found: string, value: Located, allowed: readonly string[]) {
  const near = value.kind === 'scalar' ? suggest(String(value.value), allowed) : undefined;
  return {
    message: `${found}, but must be ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}.`,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

/** What a tag may be in the members of a union, or a closed set of values in an object. */
function tagsOf({ oneOf = [], properties }: ObjectSchema, tag: string): readonly string[] {
  const { enum: values } = (properties?.[tag] ?? {}) as { readonly enum?: readonly unknown[] };
  if (values) return values.map(String);
  return oneOf.map((member) => String(member.properties?.[tag]?.const));
}

function describe(error: ErrorObject): { help?: string } {
  const { type, description } = error.parentSchema as { type?: string; description?: string };
  const { data, keyword } = error;
  if (typeof data === 'string' && /^(true|false|-?[0-9]+(\.[0-9]+)?)$/.test(data)) {
    const isBoolean = type === 'boolean';
    if (keyword === 'anyOf' || (keyword === 'type' && Number.isNaN(Number(data)) === isBoolean))
      return { help: 'Write it without quotes.' };
  }
  return description === undefined ? {} : { help: description };
}

function quote(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
