/** The schema of a whole spec, given the kinds that exist. */
import { Type, type Static, type TSchema } from '../util/type.js';
import {
  type DatasetSchema,
  Named,
  NAMES,
  OneOf,
  scalar,
  Strict,
  tagged,
  type Vocabulary,
} from './schema.js';
import { selection } from './selection-schema.js';
import { claim } from './claim-schema.js';
import { table } from './table-schema.js';

const vars = Named(NAMES.VARIABLE_NAME, scalar, {
  description:
    'Named values; "${name}" stands for one wherever a value may stand. Profiles and --set change them.',
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
      Named(NAMES.SCALE, Type.Integer({ minimum: 32 }), {
        description: "Real px for scales in the paper's px; others become round(scale * crop / 224).",
        examples: [{ 256: 96, 384: 128 }],
      }),
    ),
  },
  {
    description: "How the paper's scales S and Q (for a crop of 224 px) become real ones.",
    default: {},
    examples: [{ crop: 64, map: { 256: 96, 384: 128, 512: 160 } }],
  },
);

const count = (description: string, example: number) =>
  Type.Optional(Type.Integer({ minimum: 1, description, examples: [example] }));

const limits = Strict(
  {
    train: count('Training images used: a seeded, class-balanced part. All if absent.', 6000),
    val: count('Validation images used: likewise. All if absent.', 1500),
  },
  { description: 'How many images a run uses.', default: {}, examples: [{ train: 6000, val: 1500 }] },
);

const expect = Strict(
  {
    classes: count('Classes of the set.', 1000),
    train: count('Training images of the set.', 1281167),
    val: count('Validation images of the set.', 50000),
  },
  {
    description: 'What the set should hold: used to plan without it, and checked when it is listed.',
    examples: [{ classes: 1000, train: 1281167, val: 50000 }],
  },
);

const badImages = Type.Enum(['stop', 'skip'], {
  default: 'stop',
  description:
    'What happens to an image that cannot be decoded: stop (the task that needs it fails and names it) or skip (it is left out when the images are listed, and counted).',
});

const identity = Type.Enum(['content', 'listing'], {
  description:
    'What an image is known by when it is listed: content (every file is read and its SHA-256 kept) or listing (path and size, which is quick). Left out: content up to 10 GB, listing beyond.',
});

function dataSchema(kinds: readonly DatasetSchema[], description: string, options: object = {}): TSchema {
  const members = kinds.map(({ kind, description: text, properties }) =>
    Strict({
      kind: Type.Literal(kind, { description: text }),
      name: Type.Optional(
        Type.String({
          minLength: 1,
          description: "Name of the set in captions and recipes; else its folder's name or its kind.",
          examples: ['imagenette160'],
        }),
      ),
      ...properties,
      expect: Type.Optional(expect),
      badImages,
      identity: Type.Optional(identity),
    }),
  );
  return { ...tagged('kind', members, description), ...options };
}

/** `data` of a profile may give only what differs, so it is checked after merging. */
const partOfData = Type.Record(Type.String(), Type.Any(), {
  description: 'Replaces keys of "data"; another kind replaces it whole.',
  examples: [{ root: '~/images' }],
});

const profile = Strict(
  {
    description: Type.Optional(
      Type.String({
        description: 'What this profile is for and how long it takes.',
        examples: ['a few steps, to see that everything runs'],
      }),
    ),
    vars: Type.Optional(vars),
    data: Type.Optional(partOfData),
    datasets: Type.Optional(
      Named(NAMES.NAME, partOfData, {
        description: 'Replaces keys of sets under "datasets".',
        examples: [{ voc2007: { root: '~/images' } }],
      }),
    ),
    scales: Type.Optional(scales),
    limits: Type.Optional(limits),
  },
  { description: 'A scale of work: sets vars, data, scales and limits, never what is done.' },
);

const group = Strict(
  {
    concat: Type.Array(selection, {
      minItems: 1,
      description: 'Stages and groups whose members follow one another; parts by {each: NAME, where: {...}}.',
      examples: [['a', 's256', { each: 's384', where: { net: ['D', 'E'] } }]],
    }),
    axes: Type.Optional(
      Type.Array(Type.String({ pattern: NAMES.LABEL_NAME }), {
        minItems: 1,
        uniqueItems: true,
        description: 'Axes that every member must have.',
        examples: [['net', 'S']],
      }),
    ),
  },
  { description: 'Members of several stages under one name.' },
);

/** Among alternatives nothing is filled in: what has a default may be left out, and is filled in when the net is built. */
function withoutDefaults(schema: TSchema): TSchema {
  const {
    properties,
    required = [],
    ...rest
  } = schema as unknown as {
    readonly properties: Readonly<
      Record<string, { readonly default?: unknown; readonly examples?: readonly unknown[] }>
    >;
    readonly required?: readonly string[];
  };
  const bare = Object.entries(properties).map(([name, { default: initial, ...rest }]) => {
    const property = 'properties' in rest ? withoutDefaults(rest) : rest;
    return [name, initial === undefined ? property : { examples: [initial], ...property }];
  });
  return {
    ...rest,
    required: required.filter((name) => properties[name]?.default === undefined),
    properties: Object.fromEntries(bare) as unknown,
  };
}

function netSchema({ layers, shortLayers }: Pick<Vocabulary, 'layers' | 'shortLayers'>) {
  const layer = OneOf(
    [
      Type.String({ pattern: shortLayers.pattern }),
      tagged(
        'kind',
        layers.map(({ schema }) => withoutDefaults(schema)),
        'A layer by its kind.',
      ),
    ],
    `a layer. ${shortLayers.form.replace(/\.$/, '')}`,
    { examples: ['conv3-64', 'maxpool', { kind: 'lrn' }] },
  );
  return Strict(
    {
      layers: Type.Array(layer, {
        minItems: 1,
        description:
          'The part before the fully-connected layers, at full width; FC-4096, FC-4096 and FC-classes follow.',
        examples: [['conv3-64', 'maxpool', 'conv3-128', 'maxpool']],
      }),
    },
    { description: 'A net of your own, by its layers as in Table 1.' },
  );
}

const plugins = Type.Array(Type.String({ minLength: 1 }), {
  uniqueItems: true,
  description:
    'npm packages or local modules (./name.mjs, relative to the file that says so) that bring kinds of their own. Each has to be allowed by whoever runs the spec.',
  examples: [['stagecraft-noise', './my-stages.mjs']],
});

const MOST_WORKERS = 64;

/** Of a machine, as a remote shell takes it; never one of its options. */
const HOST = '^[A-Za-z0-9_][A-Za-z0-9_.@-]*$';

/** Everything but the stages, which are checked by kind. */
function sections(vocabulary: Vocabulary) {
  const { datasets } = vocabulary;
  return {
    extends: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A spec, relative to this file, over which this one is merged.',
        examples: ['nets.yaml'],
      }),
    ),
    plugins: Type.Optional(plugins),
    title: Type.String({
      minLength: 1,
      description: 'What this experiment shows, one line.',
      examples: ['Table 3: ConvNet performance at a single test scale'],
    }),
    reuse: Type.Enum(['any', 'same-environment'], {
      default: 'any',
      description:
        'Whether results made with other hardware, libraries or backends count as done: any, or same-environment only.',
    }),
    checkpoint: Strict(
      {
        everySeconds: Type.Number({
          exclusiveMinimum: 0,
          default: 300,
          description: 'Seconds between two save points of a task that takes longer.',
        }),
        everySteps: Type.Optional(
          Type.Integer({
            minimum: 1,
            description: 'Steps (of evaluations, images) after which one is made too.',
            examples: [1000],
          }),
        ),
        keep: Type.Integer({
          minimum: 1,
          maximum: 100,
          default: 2,
          description: 'The latest that are kept.',
        }),
      },
      {
        default: { everySeconds: 300, keep: 2 },
        description:
          'When trainings and evaluations write down where they are, to go on from there after whatever ended them. No part of what is made.',
      },
    ),
    workers: OneOf<number | readonly string[]>(
      [
        Type.Integer({ minimum: 1, maximum: MOST_WORKERS }),
        Type.Array(Type.String({ pattern: HOST }), { minItems: 2, maxItems: MOST_WORKERS }),
      ],
      `a number of processes from 1 to ${MOST_WORKERS} or a list of two hosts or more`,
      {
        default: 1,
        description:
          'Processes that train a net together: how many on this machine, or the host of each. They need --trust-network, and give the numbers of one within rounding.',
        examples: [2, ['node1', 'node2']],
      },
    ),
    memoryGiB: Type.Number({
      exclusiveMinimum: 0,
      default: 4,
      description:
        'Memory that a net may take while it is trained or applied, in GiB: what does not fit is computed in several parts, with the same result within rounding.',
      examples: [32],
    }),
    vars: Type.Optional(vars),
    profiles: Type.Optional(
      Named(NAMES.NAME, profile, {
        description: 'Scales of work, chosen by --profile; "demo" is the default.',
        examples: [{ smoke: { limits: { train: 320 } } }],
      }),
    ),
    data: dataSchema(datasets, 'The images: a labelled set with a training and a validation split.', {
      examples: [{ kind: 'image-folder', root: '~/data/imagenette160' }],
    }),
    datasets: Type.Optional(
      Named(NAMES.NAME, dataSchema(datasets, 'One of them.'), {
        description: 'Further image sets, by the name that stages call them.',
        examples: [{ voc2007: { kind: 'image-folder', root: 'voc2007' } }],
      }),
    ),
    weights: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The folder in which the files of "kind: import" lie, relative to this file (with --set: to the current folder); without it, the folder of the spec.',
        examples: ['~/weights'],
      }),
    ),
    scales,
    limits,
    nets: Type.Optional(
      Named(NAMES.NAME, netSchema(vocabulary), {
        description:
          'Nets of your own, by name: the part before the fully-connected layers; FC-4096, FC-4096 and FC-classes follow, at the width of the training.',
        examples: [{ tiny: { layers: ['conv3-16', 'maxpool'] } }],
      }),
    ),
    groups: Type.Optional(
      Named(NAMES.NAME, group, {
        description: 'Members of several stages under one name.',
        examples: [{ trained: { concat: ['a', 's256'], axes: ['net', 'S'] } }],
      }),
    ),
    tables: Type.Optional(
      Named(NAMES.TABLE_NAME, table, {
        description: 'The tables to print, by name.',
        examples: [{ table3: { rows: 'scores', columns: ['net', 'S', 'Q', 'top1', 'top5'] } }],
      }),
    ),
    claims: Type.Optional(
      Named(NAMES.NAME, claim, {
        description: 'What the paper claims, by name: tested on our results, all of them as one family.',
        examples: [
          {
            deeper: {
              says: 'Net E is better than D.',
              from: { each: 'scores', where: { net: 'D' } },
              to: { each: 'scores', where: { net: 'E' } },
              expect: 'lower',
            },
          },
        ],
      }),
    ),
  };
}

/** What every spec must fit before its stages are looked at one by one. */
export function skeletonSchema(vocabulary: Vocabulary) {
  const kinds = namedKinds(vocabulary).map(({ kind }) => kind);
  return Strict({
    ...sections(vocabulary),
    defaults: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Record(Type.String(), Type.Any(), { description: 'Keys and values, by name.' }),
        { description: 'Kinds, and the keys that every stage of a kind has unless it says otherwise.' },
      ),
    ),
    stages: Named(
      NAMES.NAME,
      Type.Object({ kind: Type.Enum(kinds) }, { description: 'One step of the experiment.' }),
      { minProperties: 1, description: 'The steps by name, "name: { kind: ... }" each.' },
    ),
  });
}

/** The kinds that a spec can name as a stage. */
export function namedKinds({ stages }: Pick<Vocabulary, 'stages'>) {
  return stages.filter(
    (kind): kind is Required<Pick<typeof kind, 'schema'>> & typeof kind => kind.schema !== undefined,
  );
}

/** A spec after composition, defaults filled in; `data` and `stages` have the form that their kinds give them. */
export type SpecValues = Omit<Static<ReturnType<typeof skeletonSchema>>, 'data' | 'datasets' | 'stages'> & {
  readonly data: DataValues;
  readonly datasets?: Readonly<Record<string, DataValues>>;
};

export interface DataValues {
  readonly kind: string;
  readonly name?: string;
  readonly root?: string;
  readonly expect?: { readonly classes?: number; readonly train?: number; readonly val?: number };
  readonly badImages: 'stop' | 'skip';
  readonly identity?: 'content' | 'listing';
}

export type GroupSpec = Static<typeof group>;

export { sections as sectionSchemas };
