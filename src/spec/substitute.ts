/** Puts values in the place of `${...}`: variables of the spec, axes of a stage's member. */
import { failed, ok, type Result } from '../util/result.js';
import type { Diagnostic, Position } from './diagnostic.js';
import {
  evaluate,
  type Expression,
  type ExpressionMistake,
  namesIn,
  parseExpression,
  unknownNames,
  type Value,
} from './expression.js';
import { type Located, type LocatedScalar, mapScalars, toPlain } from './located.js';

/** What names stand for, with the places where they got it. */
export type Scope = ReadonlyMap<string, Located>;

/** Text that is, or means to be, replaced. */
export function isExpression(scalar: LocatedScalar): scalar is LocatedScalar & { readonly value: string } {
  return typeof scalar.value === 'string' && scalar.value.includes('${');
}

/** Whether a tree holds any `${...}`. */
export function hasExpressions(located: Located): boolean {
  switch (located.kind) {
    case 'scalar':
      return isExpression(located);
    case 'list':
      return located.items.some(hasExpressions);
    case 'map':
      return [...located.entries.values()].some(({ value }) => hasExpressions(value));
  }
}

const NONE: ReadonlySet<string> = new Set();

export interface Substitution {
  readonly scope: Scope;
  /**
   * Names that somebody else knows, so that expressions with them stay as they are: none, those listed, or any
   * that the scope lacks.
   */
  readonly others?: ReadonlySet<string> | 'any';
}

/**
 * A copy in which every scalar that holds `${...}` is replaced. `${name}` alone becomes the variable's value
 * with its type and place; an expression becomes its value; within other text, text.
 */
export function substitute(
  located: Located,
  { scope, others = NONE }: Substitution,
  mistakes: Diagnostic[],
): Located {
  return mapScalars(located, (scalar) => {
    if (!isExpression(scalar)) return scalar;
    const template = parseTemplate(scalar.value);
    const replaced = template.ok ? fill(scalar, template.value, { scope, others }) : template;
    if (replaced.ok) return replaced.value;
    const { message, help } = replaced.error;
    mistakes.push({ at: scalar.at, message, help });
    return scalar;
  });
}

/** The names that the expressions of a tree use. */
export function namesUsed(located: Located): ReadonlySet<string> {
  const names = new Set<string>();
  mapScalars(located, (scalar) => {
    const template = isExpression(scalar) ? parseTemplate(scalar.value) : undefined;
    for (const part of template?.ok ? template.value : [])
      if (typeof part !== 'string') for (const name of namesIn(part)) names.add(name);
    return scalar;
  });
  return names;
}

/** The names that have been replaced by values in a tree. */
export function variablesUsed(located: Located): ReadonlySet<string> {
  const names = new Set<string>();
  mapScalars(located, (scalar) => {
    if (scalar.variable !== undefined) names.add(scalar.variable);
    if (scalar.expression !== undefined)
      for (const name of namesUsed({ ...scalar, value: scalar.expression })) names.add(name);
    return scalar;
  });
  return names;
}

/** Text and the expressions in it. */
type Template = readonly (string | Expression)[];

/** The same text stands in thousands of members of a stage. */
const parsed = new Map<string, Result<Template, ExpressionMistake>>();
const MAX_PARSED = 10_000;

function parseTemplate(text: string): Result<Template, ExpressionMistake> {
  const known = parsed.get(text);
  if (known) return known;
  const template = readTemplate(text);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, template);
  return template;
}

function readTemplate(text: string): Result<Template, ExpressionMistake> {
  const parts: (string | Expression)[] = [];
  let rest = text;
  for (let start = rest.indexOf('${'); start >= 0; start = rest.indexOf('${')) {
    const end = rest.indexOf('}', start);
    if (end < 0)
      return failed({ message: 'A "${" is not closed.', help: 'Write "${name}", the "}" included.' });
    const expression = parseExpression(rest.slice(start + 2, end));
    if (!expression.ok) return expression;
    if (start > 0) parts.push(rest.slice(0, start));
    parts.push(expression.value);
    rest = rest.slice(end + 1);
  }
  if (rest !== '') parts.push(rest);
  return ok(parts);
}

function fill(
  scalar: LocatedScalar & { readonly value: string },
  template: Template,
  { scope, others }: Required<Substitution>,
): Result<Located, ExpressionMistake> {
  const names = template.flatMap((part) => (typeof part === 'string' ? [] : namesIn(part)));
  const unknown = names.filter((name) => !scope.has(name));
  if (unknown.length > 0 && unknown.every((name) => others === 'any' || others.has(name))) return ok(scalar);
  const [only] = template;
  if (template.length === 1 && typeof only === 'object' && only.kind === 'name') {
    const value = scope.get(only.name);
    if (value)
      return ok(value.kind === 'scalar' ? { ...value, variable: only.name, usedAt: scalar.at } : value);
  }
  const known = [...scope.keys(), ...(others === 'any' ? [] : others)];
  const strangers = [...new Set(unknown.filter((name) => others === 'any' || !others.has(name)))];
  if (strangers.length > 0) return failed(unknownNames(strangers, known));
  const values = new Map(names.map((name) => [name, toPlain(scope.get(name)!) as Value]));
  const results: Value[] = [];
  for (const part of template) {
    const result = typeof part === 'string' ? ok(part) : evaluate(part, values);
    if (!result.ok) return result;
    results.push(result.value);
  }
  if (results.length === 1) return ok(locatedValue(results[0]!, scalar.at, scalar.value));
  const list = results.find((value) => typeof value === 'object');
  if (list !== undefined)
    return failed({
      message: `${JSON.stringify(list)} cannot stand within text.`,
      help: 'Let the expression stand alone.',
    });
  return ok(locatedValue(results.map(String).join(''), scalar.at, scalar.value));
}

/** What an expression came to, at the expression's place. */
function locatedValue(value: Value, at: Position, expression: string): Located {
  if (typeof value === 'object' && value !== null)
    return { kind: 'list', at, items: value.map((item) => locatedValue(item, at, expression)) };
  return { kind: 'scalar', at, value, expression };
}
