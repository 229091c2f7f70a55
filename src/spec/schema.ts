/** Building blocks of the schemas: one TypeBox value gives the static type, the validator and the editor's schema. */
import { Type, type Static, type TSchema } from 'typebox';

/** What the spec language needs to know of a stage kind. */
export interface StageSchema {
  readonly kind: string;
  /** One sentence for editors and docs. */
  readonly description: string;
  /**
   * An object schema whose `kind` is the literal above; every key has a description. Absent for kinds that a
   * spec cannot name as a stage.
   */
  readonly schema?: TSchema;
}

/** The name of another stage, whose artifact of type `artifact` is used. Checked when the plan is made. */
export function Reference(artifact: string, description: string) {
  return Type.String({ reference: artifact, minLength: 1, description });
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

const NAME = '^[A-Za-z][A-Za-z0-9_-]*$';
const VARIABLE_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';
const SCALE = '^[0-9]+$';

/** What the patterns of names mean, for messages. */
export const NAME_FORMS: Readonly<Record<string, string>> = {
  [NAME]: 'A name is a letter, then letters, digits, "_" or "-".',
  [VARIABLE_NAME]: 'The name of a variable is a letter or "_", then letters, digits or "_".',
  [SCALE]: "A scale is a whole number of the paper's px.",
};

/** A map from names of one form to values; other names are refused. */
function Named<V extends TSchema>(pattern: string, value: V, options: object) {
  return Type.Record(Type.String({ pattern }), value, { additionalProperties: false, ...options });
}

const scalar = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] });

const vars = Named(VARIABLE_NAME, scalar, {
  description:
    'Named values; "${name}" stands for one wherever a whole value may stand. Profiles and --set change them.',
  examples: [{ epochs: 74 }],
});

const scales = Strict(
  {
    crop: Type.Integer({
      minimum: 32,
      default: 224,
      description: "Side of the training crop in px; the paper's is 224.",
      examples: [64],
    }),
    map: Type.Optional(
      Named(SCALE, Type.Integer({ minimum: 32 }), {
        description: "Real px for scales in the paper's px; others become round(scale * crop / 224).",
        examples: [{ 256: 96, 384: 128 }],
      }),
    ),
  },
  { description: "How the paper's scales S and Q (for a crop of 224 px) become real ones.", default: {} },
);

const limits = Strict(
  {
    train: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Training images used: a seeded, class-balanced part. All if absent.',
        examples: [6000],
      }),
    ),
    val: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Validation images used. All if absent.', examples: [1500] }),
    ),
  },
  { description: 'How many images a run uses.', default: {} },
);

const data = tagged(
  'kind',
  [
    Strict({
      kind: Type.Literal('image-folder', {
        description: 'A folder train/<class>/* and val/<class>/* of images.',
      }),
      name: Type.Optional(
        Type.String({
          minLength: 1,
          description: "Name of the set in captions and recipes; else the folder's name.",
          examples: ['imagenette160'],
        }),
      ),
      root: Type.String({
        minLength: 1,
        description:
          'The folder that holds train/ and val/, relative to this file (with --set: to the current folder).',
        examples: ['~/data/imagenette160'],
      }),
    }),
    Strict({
      kind: Type.Literal('embedded', {
        description: 'Drawings of the same things by different artists, which come with the installation.',
      }),
      name: Type.Optional(
        Type.String({ minLength: 1, description: 'Name of the set in captions and recipes.' }),
      ),
    }),
  ],
  'The images: a labelled set with a training and a validation split.',
);

/** `data` of a profile may give only what differs, so it is checked after merging. */
const profile = Strict(
  {
    description: Type.Optional(
      Type.String({ description: 'What this profile is for and how long it takes.' }),
    ),
    vars: Type.Optional(vars),
    data: Type.Optional(Type.Record(Type.String(), scalar, { description: 'Replaces keys of "data".' })),
    scales: Type.Optional(scales),
    limits: Type.Optional(limits),
  },
  { description: 'A scale of work: sets vars, data, scales and limits, never what is done.' },
);

const table = Strict(
  {
    rows: Type.String({
      minLength: 1,
      description: 'The stage whose scores are the rows.',
      examples: ['scores'],
    }),
    columns: Type.Array(Type.Enum(['net', 'S', 'Q', 'top1', 'top5']), {
      minItems: 1,
      uniqueItems: true,
      description: "Columns in order: net, S, Q (in the paper's px), top1, top5 (errors in per cent).",
      examples: [['net', 'S', 'Q', 'top1', 'top5']],
    }),
    paper: Type.Optional(
      Type.String({
        pattern: '^[^#]+#[A-Za-z0-9_-]+$',
        description: "The paper's numbers: file#table, relative to this file.",
        examples: ['paper.yaml#table3'],
      }),
    ),
    join: Type.Array(Type.Enum(['net', 'S', 'Q']), {
      minItems: 1,
      uniqueItems: true,
      default: ['net', 'S', 'Q'],
      description: 'Columns in which a row of ours equals a row of the paper.',
    }),
  },
  { description: "A table of results, beside the paper's where one is named." },
);

/** The whole spec, given the kinds of stages that exist. */
export function experimentSchema(kinds: readonly StageSchema[]) {
  const stages = kinds.filter((kind): kind is Required<StageSchema> => kind.schema !== undefined);
  return Strict(
    {
      title: Type.String({ minLength: 1, description: 'What this experiment shows, one line.' }),
      vars: Type.Optional(vars),
      profiles: Type.Optional(
        Named(NAME, profile, {
          description: 'Scales of work, chosen by --profile; "demo" is the default.',
        }),
      ),
      data,
      scales,
      limits,
      stages: Named(
        NAME,
        tagged(
          'kind',
          stages.map((s) => s.schema),
          'One step of the experiment.',
        ),
        {
          minProperties: 1,
          description: `The steps, by name. Kinds: ${stages.map((s) => `${s.kind} (${s.description})`).join('; ')}.`,
        },
      ),
      tables: Type.Optional(Named(NAME, table, { description: 'The tables to print, by name.' })),
    },
    { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Stagecraft experiment' },
  );
}

/** A spec after composition, defaults filled in; stages keep the type that their definitions give them. */
export type ExperimentSpec = Omit<Static<ReturnType<typeof experimentSchema>>, 'data' | 'stages'> & {
  readonly data: { readonly kind: string; readonly name?: string; readonly root?: string };
  readonly stages: Readonly<Record<string, { readonly kind: string }>>;
};

export type TableSpec = Static<typeof table>;
