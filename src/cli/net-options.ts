/** What `stagecraft net` can be told, from text; what is wrong is answered by what is allowed. */
import { NET_NAMES, type NetName, type NetQuestion } from '../nn/net-facts.js';
import { suggest } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';

/** So that all sums stay exact. */
export const MAX_PX = 10_000;

/** @throws UserError with the nets that there are */
export function netNamed(name: string): NetName {
  const known = NET_NAMES.find((net) => net === name);
  if (known !== undefined) return known;
  const nearest = suggest(name, NET_NAMES);
  const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new UserError(`There is no net "${name}".${meant} Nets: ${NET_NAMES.join(', ')}.`);
}

/** @throws UserError if a value is none that is allowed */
export function netQuestion({ values }: Invocation): Omit<NetQuestion, 'net'> {
  const text = (option: string, fallback: string) => String(values[option] ?? fallback);
  const crop = wholeNumber('crop', text('crop', '224'), 32, MAX_PX);
  return {
    width: widthOf(text('width', '1')),
    crop,
    classes: wholeNumber('classes', text('classes', '1000'), 1, 1_000_000),
    pooling: poolingOf(text('pooling', 'ceil')),
    px: wholeNumber('px', text('px', String(crop)), crop, MAX_PX),
  };
}

/** @throws UserError */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const from = option === 'px' ? `${least} (the crop)` : String(least);
  return refuse(option, text, `a whole number from ${from} to ${most}`);
}

/** As a decimal number or a fraction: nets are spoken of as "at 1/16 of their width". */
export function widthOf(text: string, most = 8): number {
  const parts = /^([0-9]+)\/([0-9]+)$/.exec(text);
  const value = parts ? Number(parts[1]) / Number(parts[2]) : decimal(text);
  return value > 0 && value <= most
    ? value
    : refuse('width', text, `a number above 0, up to ${most}, such as 0.5 or 1/16`);
}

function decimal(text: string): number {
  return /^[0-9]*\.?[0-9]+(e-?[0-9]+)?$/i.test(text) ? Number(text) : NaN;
}

export function poolingOf(text: string): 'ceil' | 'floor' {
  return text === 'ceil' || text === 'floor' ? text : refuse('pooling', text, 'ceil or floor');
}

export function refuse(option: string, text: string, allowed: string): never {
  throw new UserError(`--${option} ${text}: must be ${allowed}.`);
}
