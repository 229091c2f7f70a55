/** Layers as a user writes them: short strings for the paper's, objects for all. */
import { failed, ok, type Result } from '../util/result.js';
import type { LayerObject } from './layer-kind.js';
import { FILTER_SIDES } from './layer-kinds/conv.js';

/** Plain JSON: `conv3-64`, `maxpool`, `lrn`, or an object such as `{kind: 'conv', filter: 3, filters: 64}`. */
export type LayerSpec = string | LayerObject;

/** The legal short strings, for schemas. */
export const SHORT_LAYER_PATTERN = `^(conv(${FILTER_SIDES.join('|')})-[1-9][0-9]{0,4}|maxpool|lrn)$`;

/** What the pattern means, for messages. */
export const SHORT_LAYER_FORM =
  `A layer is "conv<side>-<filters>" (side ${FILTER_SIDES.join(', ')}; e.g. "conv3-64"), "maxpool", "lrn", ` +
  'or an object with a "kind".';

/** Why a short string is no layer. */
export type ShortLayerFailure =
  | { readonly reason: 'unknown-form'; readonly text: string }
  | {
      readonly reason: 'filter-side';
      readonly text: string;
      readonly side: number;
      readonly allowed: readonly number[];
    };

/** `conv3-64` -> `{kind: 'conv', filter: 3, filters: 64}`; parameters that have defaults are left out. */
export function parseShortLayer(text: string): Result<LayerObject, ShortLayerFailure> {
  if (text === 'maxpool') return ok({ kind: 'pool' });
  if (text === 'lrn') return ok({ kind: 'lrn' });
  const parts = /^conv([0-9]+)-([1-9][0-9]{0,4})$/.exec(text);
  if (!parts) return failed({ reason: 'unknown-form', text });
  const [filter, filters] = [Number(parts[1]), Number(parts[2])];
  if (!new RegExp(SHORT_LAYER_PATTERN).test(text))
    return failed({ reason: 'filter-side', text, side: filter, allowed: FILTER_SIDES });
  return ok({ kind: 'conv', filter, filters });
}
