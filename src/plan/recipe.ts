/** The identity of a task: a digest of what was asked for, the same on every machine, known before any data is there. */
import { digestValue } from '../util/digest.js';

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
