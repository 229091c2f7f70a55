/** The layer kinds that a net can be made of: the built-in ones, and those that a user's package adds. */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { suggest } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import { validatorOf } from '../util/validator.js';
import type { LayerKind, LayerObject } from './layer-kind.js';
import { conv } from './layer-kinds/conv.js';
import { fullyConnected } from './layer-kinds/fully-connected.js';
import { lrn } from './layer-kinds/lrn.js';
import { pool } from './layer-kinds/pool.js';
import { type LayerSpec, parseShortLayer, SHORT_LAYER_FORM } from './layer-spec.js';

export const BUILT_IN_LAYER_KINDS: readonly LayerKind[] = [conv, pool, lrn, fullyConnected];

/** Of kinds of any sort: parameters, files and folders are called after them. */
export const KIND_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

export class LayerKinds {
  readonly all: readonly LayerKind[];
  readonly #byName: ReadonlyMap<string, LayerKind>;
  readonly #validators = new Map<string, ValidateFunction>();

  /** @throws UserError if two are of one name, or one has a name that is none */
  constructor(kinds: readonly LayerKind[]) {
    const byName = new Map<string, LayerKind>();
    for (const kind of kinds) {
      if (!KIND_NAME.test(kind.kind))
        throw new UserError(`"${kind.kind}" cannot name a layer kind: letters, digits and "-" can.`);
      if (byName.has(kind.kind)) throw new UserError(`There are two layer kinds "${kind.kind}".`);
      byName.set(kind.kind, kind);
    }
    this.all = [...kinds];
    this.#byName = byName;
  }

  /** @throws UserError with the kinds that exist, if this one does not */
  get(kind: string): LayerKind {
    const found = this.#byName.get(kind);
    if (found) return found;
    const names = [...this.#byName.keys()];
    const nearest = suggest(kind, names);
    const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    throw new UserError(`There is no layer kind "${kind}".${meant} Layer kinds: ${names.join(', ')}.`);
  }

  /**
   * A layer's kind and all its parameters, at width 1.
   * @throws UserError if there is no such layer: specs were checked before
   */
  resolve(spec: LayerSpec): { readonly kind: LayerKind; readonly parameters: LayerObject } {
    const given = typeof spec === 'string' ? objectOf(spec) : spec;
    const kind = this.get(given.kind);
    const parameters = structuredClone(given);
    const validate = this.#validator(kind);
    if (validate(parameters)) return { kind, parameters };
    throw new UserError(`Layer ${JSON.stringify(given)}${problem(validate.errors![0]!)}.`);
  }

  /** Fills in defaults too. */
  #validator({ kind, schema }: LayerKind): ValidateFunction {
    const known = this.#validators.get(kind);
    if (known) return known;
    const compiled = validatorOf(schema);
    this.#validators.set(kind, compiled);
    return compiled;
  }
}

/** Those of ours alone. */
export const BUILT_IN = new LayerKinds(BUILT_IN_LAYER_KINDS);

/** ` must ...`, after the parameter that it is about and before the values that it is about. */
function problem({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  const at = instancePath === '' ? '' : `: "${instancePath.slice(1)}"`;
  const { allowedValues, additionalProperty } = params as {
    readonly allowedValues?: readonly unknown[];
    readonly additionalProperty?: string;
  };
  const values = allowedValues ?? (additionalProperty === undefined ? [] : [additionalProperty]);
  return `${at} ${message}${values.length > 0 ? ` (${values.join(', ')})` : ''}`;
}

/** @throws UserError if the string is no short form */
function objectOf(text: string): LayerObject {
  const parsed = parseShortLayer(text);
  if (!parsed.ok) throw new UserError(`"${text}" is no layer. ${SHORT_LAYER_FORM}`);
  return parsed.value;
}
