/** The identity of a task: a digest of what was asked for, the same on every machine, known before any data is there. */
import type { TSchema } from '../util/type.js';
import { canonicalJson, digestValue } from '../util/digest.js';

/** Every field changes the recipe. Left out on purpose: paths, threads, device, host, labels, the experiment's name. */
export interface RecipeData {
  /** Another kind is another work. */
  readonly kind: string;
  /** Raised by us when the kind gives other results. */
  readonly version: string;
  /** As resolved: vars, profile and `--set` applied, scales in real px, seed and precision among them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Recipes of the inputs, by role. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
}

/** 64 hex digits; its first 12 name a task in print. */
export function recipeOf({ kind, version, parameters, inputs }: RecipeData): string {
  return digestValue({ kind, version, parameters, inputs });
}

export function shortRecipe(recipe: string): string {
  return recipe.slice(0, 12);
}

/** A kind's parameters that have a default, by name; maps and lists as canonical JSON. */
export type Defaults = ReadonlyMap<string, unknown>;

export function defaultsOf(schema: TSchema | undefined): Defaults {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, { default?: unknown }> };
  const entries = Object.entries(properties).flatMap(([name, { default: initial }]) =>
    initial === undefined ? [] : [[name, comparable(initial)] as const],
  );
  return new Map(entries);
}

/**
 * What of the parameters is asked for beyond the defaults: a parameter that a kind gets later, at a default that
 * does what was done before, leaves old recipes as they are. A default that changes needs another version.
 */
export function askedFor(parameters: RecipeData['parameters'], defaults: Defaults): RecipeData['parameters'] {
  const asked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && !(defaults.has(name) && defaults.get(name) === comparable(value)))
      asked[name] = value;
  return asked;
}

function comparable(value: unknown): unknown {
  return typeof value === 'object' ? canonicalJson(value) : value;
}
