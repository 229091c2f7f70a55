import type { ScaleSpec } from '../spec/schema.js';
import { parseRange } from '../spec/range.js';
import type { ExpandContext } from './definition.js';

/**
 * Real px of the scale at a parameter (S or Q), of a range a range.
 * A scale under the crop, and a range that is none, are the user's mistakes.
 */
export function checkedScale<S extends ScaleSpec>(context: ExpandContext, parameter: string, paperPx: S): S {
  const range = parseRange(paperPx);
  if (typeof paperPx === 'string' && !range) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is no range: its first number must be the smaller one.`,
      `Write it as 256..512.`,
    );
    return paperPx;
  }
  const real = context.realScale(paperPx);
  const smallest = parseRange(real)?.min ?? Number(real);
  if (smallest < context.crop) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is ${real} px here, less than the crop of ${context.crop} px.`,
      `Raise ${parameter}, or give it real px under "scales.map".`,
    );
  }
  return real;
}
