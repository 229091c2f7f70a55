/** The keys that every stage may have besides those of its kind: which members it stands for, and on what they work. */
import { Type, type TSchema } from '../util/type.js';
import { axisValue, Named, NAMES, OneOf, scalar, type StageSchema, Strict, where } from './schema.js';

const alternatives = OneOf(
  [Type.Array(axisValue, { minItems: 1 }), Type.String({ minLength: 1 })],
  'a list of alternatives or an expression that comes to one',
  { examples: [['B', 'C', 'D'], '${around(S)}'] },
);

const axes = (description: string) =>
  Named(NAMES.LABEL_NAME, alternatives, {
    minProperties: 1,
    description,
    examples: [{ net: ['D', 'E'], seed: [1, 2, 3] }],
  });

const combination = Named(NAMES.LABEL_NAME, axisValue, { minProperties: 1 });

export const MATRIX_WORDS = ['product', 'zip', 'include', 'exclude'] as const;

const matrix = Type.Object(
  {
    product: Type.Optional(
      axes('Axes of which every combination is taken; may also stand beside this word.'),
    ),
    zip: Type.Optional(
      axes('Axes whose lists are as long as each other and go together, the nth with the nth.'),
    ),
    include: Type.Optional(
      Type.Array(combination, {
        minItems: 1,
        description: 'Further combinations; each names every axis.',
        examples: [[{ net: 'E', S: 384 }]],
      }),
    ),
    exclude: Type.Optional(
      Type.Array(combination, {
        minItems: 1,
        description: 'Combinations left out: every one that has the values named.',
        examples: [[{ net: 'B', S: 384 }]],
      }),
    ),
  },
  {
    patternProperties: { [NAMES.AXIS_NAME]: alternatives },
    additionalProperties: false,
    minProperties: 1,
    description:
      'Axes to their alternatives: a member for each combination. "${axis}" stands for the member\'s value.',
    examples: [{ net: ['C', 'D', 'E'] }],
  },
);

const stageName = (description: string) => Type.String({ minLength: 1, description, examples: ['trained'] });

/** Of every kind. */
const ALWAYS = {
  matrix: Type.Optional(matrix),
  labels: Type.Optional(
    Named(NAMES.LABEL_NAME, scalar, {
      description: "Further axes with one value, e.g. to join rows with the paper's.",
      examples: [{ nets: 'D + E' }],
    }),
  ),
} as const;

const ONE_SUBJECT = {
  from: Type.Optional(stageName('Works on exactly one member of this stage or group.')),
  each: Type.Optional(stageName('A member for each member of this stage or group, whose axes it inherits.')),
  where: Type.Optional(where),
} as const;

const MANY_SUBJECTS = {
  ...ONE_SUBJECT,
  over: Type.Optional(
    stageName('Works on many members at once: a member for each combination of the axes under "by".'),
  ),
  by: Type.Optional(
    Type.Array(Type.String({ pattern: NAMES.LABEL_NAME }), {
      uniqueItems: true,
      description: 'The axes that stay apart under "over"; none for one member over all.',
      examples: [['S', 'method'], []],
    }),
  ),
} as const;

/** What belongs to the language and not to the kind; taken away before the kind sees a member. */
export const SWEEP_KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(ALWAYS),
  ...Object.keys(MANY_SUBJECTS),
]);

/** The whole schema of a stage: the kind's own keys and those of the language. */
export function stageSchema({ schema, subject }: StageSchema & { readonly schema: TSchema }): TSchema {
  const own = schema as unknown as {
    readonly properties: Record<string, TSchema>;
    readonly required?: readonly string[];
    readonly description?: string;
  };
  const words = subject ? (subject.many ? MANY_SUBJECTS : ONE_SUBJECT) : {};
  const common = Strict({ ...ALWAYS, ...words }) as unknown as { properties: Record<string, TSchema> };
  return {
    ...own,
    properties: { ...own.properties, ...common.properties },
  };
}

/** The keys of the language, for the reference. */
export function languageSchemas(): Readonly<Record<string, TSchema>> {
  return { ...ALWAYS, ...MANY_SUBJECTS };
}
