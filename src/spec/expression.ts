/**
 * The closed expressions inside `${...}`: numbers, names, + - * / and parentheses, `min max mid round around`.
 * Nothing else, never code.
 */
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import { parseRange, RANGE_PATTERN, type Range } from './range.js';

/** What a name may stand for and an expression come to; a range is the text `256..512`. */
export type Value = string | number | boolean | null | readonly Value[];

/** What is wrong with an expression, and the way out. */
export interface ExpressionMistake {
  readonly message: string;
  readonly help: string;
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly rule: Rule; readonly operands: readonly Expression[] };

type Operator = '+' | '-' | '*' | '/';

/** A step between test scales, in the paper's px (Sect. 4.2). */
const SCALE_STEP_PX = 32;

type Rule = keyof typeof RULES;

/** The named rules; their arguments are numbers or, for all but `round`, one range. */
const RULES = {
  min: (values: readonly number[]) => Math.min(...values),
  max: (values: readonly number[]) => Math.max(...values),
  /** 0.5 (Smin + Smax), a half rounded up; a number is its own middle. */
  mid: (values: readonly number[]) =>
    values.length === 1 ? values[0]! : Math.floor((Math.min(...values) + Math.max(...values)) / 2 + 0.5),
  round: (values: readonly number[]) => Math.floor(values[0]! + 0.5),
  /** S - 32, S, S + 32; of a range its ends and middle (Table 4). */
  around: (values: readonly number[]): readonly number[] => {
    if (values.length > 1) return [Math.min(...values), RULES.mid(values), Math.max(...values)];
    return [values[0]! - SCALE_STEP_PX, values[0]!, values[0]! + SCALE_STEP_PX];
  },
} as const;

const RULE_NAMES = Object.keys(RULES) as readonly Rule[];

class Wrong extends Error {
  constructor(readonly mistake: ExpressionMistake) {
    super(mistake.message);
  }
}

function finite(token: string): number {
  const value = Number(token);
  if (!Number.isFinite(value))
    throw new Wrong({
      message: `${token} is larger than any number that a spec can hold.`,
      help: 'Write another.',
    });
  return value;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(.))/gsuy;

const MAX_TOKENS = 200;

/** @param text what stands between `${` and `}` */
export function parseExpression(text: string): Result<Expression, ExpressionMistake> {
  try {
    return ok(new Parser(tokensOf(text)).whole());
  } catch (error) {
    if (error instanceof Wrong) return failed(error.mistake);
    throw error;
  }
}

/** The names that an expression uses. */
export function namesIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'name':
      return [expression.name];
    case 'negate':
      return namesIn(expression.operand);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'call':
      return expression.operands.flatMap(namesIn);
  }
}

/** @param scope what each name stands for; a name that it lacks is a mistake */
export function evaluate(
  expression: Expression,
  scope: ReadonlyMap<string, Value>,
): Result<Value, ExpressionMistake> {
  try {
    return ok(valueOf(expression, scope));
  } catch (error) {
    if (error instanceof Wrong) return failed(error.mistake);
    throw error;
  }
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  for (const match of text.trim().matchAll(TOKEN)) tokens.push((match[1] ?? match[2] ?? match[3])!);
  if (tokens.length > MAX_TOKENS)
    throw new Wrong({ message: 'The expression is too long.', help: 'Write the value instead.' });
  return tokens;
}

/** Recursive descent over sums of products of factors. */
class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    if (this.#tokens.length === 0)
      throw new Wrong({ message: 'The expression is empty.', help: 'Write the name of a variable in it.' });
    const expression = this.#sum();
    if (this.#at < this.#tokens.length) throw unexpected(this.#tokens[this.#at]!);
    return expression;
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(['*', '/'], () => this.#factor());
  }

  #chain(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((o) => o === this.#tokens[this.#at]);
      if (!operator) return left;
      this.#at += 1;
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }

  #factor(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === undefined)
      throw new Wrong({ message: 'The expression ends too early.', help: 'A number or a name is missing.' });
    if (token === '-') return { kind: 'negate', operand: this.#factor() };
    if (token === '(') {
      const inner = this.#sum();
      this.#close();
      return inner;
    }
    if (/^\d/.test(token)) return { kind: 'number', value: finite(token) };
    if (token === ')' || token === ',')
      throw new Wrong({
        message: `There is nothing before the "${token}" in the expression.`,
        help: 'A number or a name is missing.',
      });
    if (!/^[A-Za-z_]/.test(token)) throw unexpected(token);
    return this.#tokens[this.#at] === '(' ? this.#call(token) : { kind: 'name', name: token };
  }

  #call(name: string): Expression {
    const rule = RULE_NAMES.find((known) => known === name);
    if (!rule)
      throw new Wrong({ message: `There is no rule "${name}".`, help: suggestion(name, RULE_NAMES) });
    this.#at += 1;
    const operands = [this.#sum()];
    while (this.#tokens[this.#at] === ',') {
      this.#at += 1;
      operands.push(this.#sum());
    }
    this.#close();
    return { kind: 'call', rule, operands };
  }

  #close(): void {
    if (this.#tokens[this.#at] !== ')')
      throw new Wrong({ message: 'A "(" is not closed in the expression.', help: 'Write the ")" too.' });
    this.#at += 1;
  }
}

function unexpected(token: string): Wrong {
  return new Wrong({
    message: `"${token}" has no meaning here in an expression.`,
    help: `An expression is made of numbers, names, + - * / ( ) and ${RULE_NAMES.join(', ')}.`,
  });
}

function valueOf(expression: Expression, scope: ReadonlyMap<string, Value>): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name': {
      const value = scope.get(expression.name);
      if (value === undefined) throw new Wrong(unknownNames([expression.name], [...scope.keys()]));
      return value;
    }
    case 'negate':
      return -numberOf(expression.operand, scope, '-');
    case 'binary':
      return arithmetic(expression.operator, [
        numberOf(expression.left, scope, expression.operator),
        numberOf(expression.right, scope, expression.operator),
      ]);
    case 'call':
      return call(expression.rule, expression.operands, scope);
  }
}

/** What is wrong with names that stand for nothing; they are unlike each other. */
export function unknownNames(names: readonly string[], known: readonly string[]): ExpressionMistake {
  const helps = new Set(names.map((name) => suggestion(name, known)));
  return {
    message: `There is no variable or axis ${names.map((name) => `"${name}"`).join(', and none ')}.`,
    help: known.length > 0 ? [...helps].join(' ') : 'There are none here; "vars" of the spec gives them.',
  };
}

function arithmetic(operator: Operator, [a, b]: readonly [number, number]): number {
  if (operator === '/' && b === 0)
    throw new Wrong({ message: 'The expression divides by 0.', help: 'Change the divisor.' });
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[operator];
  if (!Number.isFinite(result))
    throw new Wrong({ message: 'The expression comes to no finite number.', help: 'Change its numbers.' });
  return result;
}

function numberOf(expression: Expression, scope: ReadonlyMap<string, Value>, use: string): number {
  const value = valueOf(expression, scope);
  if (typeof value === 'number') return value;
  throw notANumber(value, use);
}

function notANumber(value: Value, use: string): Wrong {
  const wrong = (what: string, help: string) =>
    new Wrong({ message: `"${use}" wants a number, but ${JSON.stringify(value)} is ${what}.`, help });
  if (parseRange(value)) return wrong('a range', 'Write min(...), mid(...) or max(...) of the range.');
  if (typeof value === 'string' && new RegExp(RANGE_PATTERN).test(value))
    return wrong('neither that nor a range', 'The first number of a range is the smaller one.');
  if (Array.isArray(value)) return wrong('a list', 'What makes a list stands alone in an expression.');
  return wrong('none', 'Change the variable or axis.');
}

function call(rule: Rule, operands: readonly Expression[], scope: ReadonlyMap<string, Value>): Value {
  const values = operands.map((operand) => valueOf(operand, scope));
  const [only] = values;
  const range: Range | undefined = values.length === 1 && rule !== 'round' ? parseRange(only) : undefined;
  if (range) return RULES[rule]([range.min, range.max]);
  const numbers = values.map((value) => {
    if (typeof value !== 'number') throw notANumber(value, rule);
    return value;
  });
  const alone = rule === 'round' || rule === 'around';
  if (alone && numbers.length !== 1)
    throw new Wrong({
      message: `"${rule}" takes one value, but has ${numbers.length}.`,
      help: `Write ${rule}(x).`,
    });
  return RULES[rule](numbers);
}
