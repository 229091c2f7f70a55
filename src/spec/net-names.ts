import { suggestion } from '../util/suggest.js';

/** What is wrong with the name of a net; undefined if there is one called so. */
export function netMistake(
  net: string,
  known: readonly string[],
): { readonly message: string; readonly help: string } | undefined {
  return known.includes(net)
    ? undefined
    : { message: `There is no net "${net}".`, help: suggestion(net, known) };
}
