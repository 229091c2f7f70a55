import type { ExpandContext } from './definition.js';

/** Real px of the scale at a parameter (S or Q); a scale under the crop is the user's mistake. */
export function checkedScale(context: ExpandContext, parameter: string, paperPx: number): number {
  const real = context.realScale(paperPx);
  if (real < context.crop) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is ${real} px here, less than the crop of ${context.crop} px.`,
      `Raise ${parameter}, or give it real px under "scales.map".`,
    );
  }
  return real;
}
