/** Building blocks of the schemas: one TypeBox value gives the static type, the validator and the editor's schema. */
import { Type, type TSchema } from '../util/type.js';
import { PAPER_CROP } from './scales.js';
import { RANGE_PATTERN } from './range.js';

/** Type of what a task makes and another reads: `checkpoint`, `scores`; plugins add their own. */
export type ArtifactType = string;

/** What the spec language needs to know of a stage kind. */
export interface StageSchema {
  readonly kind: string;
  /** One sentence for editors and docs. */
  readonly description: string;
  /**
   * An object schema whose `kind` is the literal above; every key has a description and an example, a default
   * or a closed set of values. Absent for kinds that a spec cannot name as a stage.
   */
  readonly schema?: TSchema;
  /** What the stage works on: the tasks that the words `from`, `each` or `over` name. */
  readonly subject?: Subject;
}

export interface Subject {
  /** Type of artifact. */
  readonly artifact: ArtifactType;
  /** Whether one task may read many of them, so that `over` may be used. */
  readonly many: boolean;
  readonly description: string;
}

/** A kind of image set: what a spec may say of it under `data`. */
export interface DatasetSchema {
  readonly kind: string;
  /** Of kinds that plugins bring: raised when the same keys list other images than before. */
  readonly version?: string;
  readonly description: string;
  /** The keys besides `kind`, `name`, `expect`, `badImages` and `identity`; each has a description. */
  readonly properties: Readonly<Record<string, TSchema>>;
  /** What every set of this kind holds, where that is known. */
  readonly holds?: { readonly classes?: number; readonly train?: number; readonly val?: number };
}

/** A number about an artifact that tables can print. */
export interface MetricSchema {
  readonly name: string;
  /** What it is a number of. */
  readonly artifact: ArtifactType;
  readonly description: string;
  /** Whether it is a part of the images in per cent, so from 0 to 100. */
  readonly isErrorRate: boolean;
  /** Of a plugin's metric: raised when it measures something else, so that tables are made again. */
  readonly version?: string;
}

/** A kind of layer that nets are made of. */
export interface LayerSchema {
  readonly kind: string;
  readonly description: string;
  readonly schema: TSchema;
  /** Of a plugin's kind: raised when it computes something else, so that nets made of it are trained again. */
  readonly version?: string;
}

/** Every kind that specs can name: ours, and those of the plugins that a spec lists. */
export interface Vocabulary {
  readonly stages: readonly StageSchema[];
  readonly datasets: readonly DatasetSchema[];
  readonly metrics: readonly MetricSchema[];
  readonly layers: readonly LayerSchema[];
  /** Layers written as one word, e.g. `conv3-64`. */
  readonly shortLayers: { readonly pattern: string; readonly form: string };
  /** Names of the nets that come with us. */
  readonly nets: readonly string[];
}

/** An object that refuses keys it does not know. */
export function Strict<P extends Record<string, TSchema>>(properties: P, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A union told apart by one literal key, so that a mistake is reported against the member that was meant. */
export function tagged(tag: string, members: readonly TSchema[], description: string): TSchema {
  return Type.Unsafe({
    type: 'object',
    required: [tag],
    discriminator: { propertyName: tag },
    oneOf: members,
    description,
  });
}

/**
 * Alternatives that are told apart by their type.
 * @param expected ends a sentence "x is 3, but must be ..."
 */
export function OneOf<T>(members: readonly TSchema[], expected: string, options: object = {}) {
  return Type.Unsafe<T>({ anyOf: members, expected, ...options });
}

const NAME = '^[A-Za-z][A-Za-z0-9_-]*$';
const VARIABLE_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';
/** Beside the tables of an experiment lie its claims and what was done when it was last run. */
const TABLE_NAME = '^(?!(last-run|claims)$)[A-Za-z][A-Za-z0-9_-]*$';
const SCALE = '^[1-9][0-9]*$';
const LABEL_NAME = '^[A-Za-z][A-Za-z0-9_]*$';

/** Of an axis in a matrix, beside the words that a matrix has. */
const AXIS_NAME = '^(?!(product|zip|include|exclude)$)[A-Za-z][A-Za-z0-9_]*$';

export const NAMES = { NAME, TABLE_NAME, VARIABLE_NAME, SCALE, LABEL_NAME, AXIS_NAME } as const;

/** What the patterns of names mean, for messages. */
export const NAME_FORMS: Readonly<Record<string, string>> = {
  [NAME]: 'A name is a letter, then letters, digits, "_" or "-".',
  [TABLE_NAME]:
    'A name is a letter, then letters, digits, "_" or "-"; "last-run" and "claims" are names of files beside the tables.',
  [VARIABLE_NAME]: 'The name of a variable is a letter or "_", then letters, digits or "_".',
  [SCALE]: "A scale is a whole number of the paper's px.",
  [LABEL_NAME]: 'The name of an axis is a letter, then letters, digits or "_".',
  [AXIS_NAME]: 'The name of an axis is a letter, then letters, digits or "_".',
};

/** A map from names of one form to values; other names are refused. */
export function Named<V extends TSchema>(pattern: string, value: V, options: object) {
  return Type.Record(Type.String({ pattern }), value, { additionalProperties: false, ...options });
}

export const scalar = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] });

/** A value of an axis: a list is one value where it stands in a list of alternatives. */
export type AxisValue = string | number | boolean | readonly AxisValue[];

export const axisValue = Type.Unsafe<AxisValue>({ type: ['string', 'number', 'boolean', 'array'] });

const onePx = Type.Integer({ minimum: PAPER_CROP });

const pxRange = Type.String({ pattern: RANGE_PATTERN });

/** The name of a net: of Table 1, or under "nets". */
export function NetName(description: string) {
  return Type.String({ net: true, minLength: 1, description, examples: ['D'] });
}

/** Which image set a stage reads. */
export const DatasetName = Type.String({
  minLength: 1,
  description: 'The name of a set under "datasets"; "data" if left out.',
  examples: ['voc2007'],
});

/** A scale in the paper's px, or a range of them. */
export type ScaleSpec = number | string;

/** A scale in the paper's px (crop 224). */
export function Scale(description: string) {
  return OneOf<ScaleSpec>([onePx, pxRange], `a whole number of px from ${PAPER_CROP} or a range of them`, {
    description,
    examples: [256, '256..512'],
  });
}

/** One scale in the paper's px, or a list of them. */
export function Scales(description: string) {
  return OneOf<number | readonly number[]>(
    [onePx, Type.Array(onePx, { minItems: 1, uniqueItems: true })],
    `a whole number of px from ${PAPER_CROP} or a list of them`,
    { description, examples: [384, [256, 384, 512]] },
  );
}

/** Which members: an axis to its value, or to alternatives. */
export const where = Named(LABEL_NAME, axisValue, {
  description: 'Which members: the value of an axis, or a list of alternatives.',
  examples: [{ net: ['D', 'E'], S: 256 }],
});

/** Another stage by name, or one member of it. */
export type ReferenceSpec =
  string | { readonly from: string; readonly where?: Readonly<Record<string, AxisValue>> };

/**
 * Exactly one task of another stage, whose artifact of type `artifact` is used; checked when the plan is made.
 * @param more keys that may stand beside `from` and `where`
 */
export function Reference<T = ReferenceSpec>(
  artifact: ArtifactType,
  description: string,
  more: Record<string, TSchema> = {},
) {
  const name = Type.String({ minLength: 1 });
  return OneOf<T>(
    [
      name,
      Strict({
        from: Type.String({
          minLength: 1,
          description: 'The stage or group that is meant.',
          examples: ['s256'],
        }),
        where: Type.Optional(where),
        ...more,
      }),
    ],
    'the name of a stage, or {from: NAME, where: {...}}',
    { reference: artifact, description, examples: ['a', { from: 's256', where: { net: 'D' } }] },
  );
}
