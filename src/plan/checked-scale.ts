import type { ScaleSpec } from '../spec/schema.js';
import { endsOf, parseRange } from '../spec/range.js';
import { PAPER_CROP } from '../spec/scales.js';
import type { ExpandContext } from './definition.js';

const LARGEST_PX = 8192;

/**
 * Real px of the scale at a parameter (S or Q), of a range a range.
 * A scale under the crop, and a range that is none, are the user's mistakes.
 */
export function checkedScale<S extends ScaleSpec>(context: ExpandContext, parameter: string, paperPx: S): S {
  const range = parseRange(paperPx);
  if (typeof paperPx === 'string' && !range) {
    const [first, last] = paperPx.split('..') as [string, string];
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is no range: its first number must be the smaller one.`,
      Number(first) === Number(last) ? `Write ${first}.` : `Write ${last}..${first}.`,
    );
    return paperPx;
  }
  if (range && range.min < PAPER_CROP) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} begins below ${PAPER_CROP} px, the paper's crop.`,
      'Scales are in px for that crop, whatever "scales" makes of them: raise its first number.',
    );
    return paperPx;
  }
  if (endsOf(paperPx).max > LARGEST_PX) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} ${range ? 'ends' : 'is'} beyond ${LARGEST_PX} px.`,
      'No image has so much to show, and no memory holds one.',
    );
    return paperPx;
  }
  const real = context.realScale(paperPx);
  if (range && !parseRange(real)) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is ${real} px here, which is no range.`,
      'Let "scales.map" give a larger scale more px than a smaller one.',
    );
    return real;
  }
  const smallest = endsOf(real).min;
  if (smallest < context.crop) {
    context.mistake(
      parameter,
      `${parameter} = ${paperPx} is ${real} px here, less than the crop of ${context.crop} px.`,
      `Raise ${parameter}, or give it real px under "scales.map".`,
    );
  }
  return real;
}

/** Real px of one scale or of each of a list, as {@link checkedScale}. */
export function checkedScales(
  context: ExpandContext,
  parameter: string,
  paperPx: number | readonly number[],
): readonly number[] {
  return [paperPx].flat().map((scale) => checkedScale(context, parameter, scale));
}
