/** Published weights as a checkpoint, which evaluation takes like a trained one. */
import { Type, type Static } from '../../util/type.js';
import { netCost } from '../../nn/net-cost.js';
import { ILSVRC2012_CLASSES } from '../../nn/weights/ilsvrc2012-classes.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { NetReference, StageDefinition } from '../../plan/definition.js';
import { NetName, OneOf, Scale, Strict } from '../../spec/schema.js';

const rgb = (number: object, options: object) =>
  Type.Array(Type.Number({ description: 'Of R, G or B.', ...number }), {
    minItems: 3,
    maxItems: 3,
    ...options,
  });

/** What a file does not say of itself; where the spec does not either, its format's known nets do. */
const conventions = {
  channels: Type.Optional(
    Type.Enum(['RGB', 'BGR'], {
      description: 'The order of the colours in the file (usual: BGR for Caffe and Keras, RGB for others).',
    }),
  ),
  mean: Type.Optional(
    rgb(
      { minimum: 0, maximum: 255 },
      {
        description: "What is subtracted from R, G, B of 0-255 (usual: the authors', or torchvision's).",
        examples: [[123.68, 116.779, 103.939]],
      },
    ),
  ),
  std: Type.Optional(
    rgb(
      { exclusiveMinimum: 0 },
      {
        description: "What the difference is divided by (usual: 1, or torchvision's).",
        examples: [[58.395, 57.12, 57.375]],
      },
    ),
  ),
  pooling: Type.Optional(
    Type.Enum(['ceil', 'floor'], {
      description: 'How the pools treat odd sides (usual: ceil for Caffe and Keras, floor for others).',
    }),
  ),
};

const schema = Strict(
  {
    kind: Type.Literal('import', { description: 'Takes a net from a file of weights.' }),
    net: NetName('The net that the weights are for.'),
    S: Scale(
      "The scale that the net was trained at, in the paper's px: for tables and for Q = ${around(S)}.",
    ),
    file: Type.String({
      minLength: 1,
      description: 'A .caffemodel, .safetensors, .pth or .h5 file, below the folder "weights" of the spec.',
      examples: ['VGG_ILSVRC_16_layers.caffemodel'],
    }),
    sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description:
          'What the file must hash to, so that everybody has the same one, whatever it is called; without it another name is another file.',
        examples: ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
      }),
    ),
    width: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: "Factor on the net's channels and units.",
      examples: [1],
    }),
    classes: OneOf<'ilsvrc2012' | readonly string[]>(
      [
        Type.Literal('ilsvrc2012'),
        Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true }),
      ],
      'ilsvrc2012, or a list of classes',
      {
        default: 'ilsvrc2012',
        description:
          'The classes in the order of the scores: the 1,000 of ILSVRC-2012 by WordNet ID, or a list.',
        examples: ['ilsvrc2012', ['cat', 'dog']],
      },
    ),
    ...conventions,
  },
  { description: 'A checkpoint from published weights.' },
);

type ImportSpec = Static<typeof schema>;

type Rgb = readonly [number, number, number];

/** As the plan writes them; absent where they are the usual ones. */
export interface ImportParameters
  extends NetReference, Pick<ImportSpec, 'S' | 'width' | 'channels' | 'pooling' | 'sha256'> {
  readonly crop: number;
  /** ILSVRC-2012's if left out. */
  readonly classes?: readonly string[];
  readonly mean?: Rgb;
  readonly std?: Rgb;
}

export const importDefinition: StageDefinition<ImportSpec> = {
  kind: 'import',
  version: '3',
  description: 'takes a net from a file of weights',
  schema,
  inputs: {},
  output: 'checkpoint',
  usesEngine: false,
  readsImages: false,
  expand: ({ S, file, sha256, width, classes, channels, mean, std, pooling }, context) => {
    const net = context.net('net');
    const real = checkedScale(context, 'S', S);
    if (/^([/~]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(file))
      context.mistake(
        'file',
        `"${file}" leads out of the folder of the weights.`,
        'Name that folder as "weights" at the top of the spec (or by --set weights=DIR), and here the file in it.',
      );
    return {
      kind: 'import',
      parameters: {
        ...net,
        S: real,
        crop: context.crop,
        width,
        ...(classes !== 'ilsvrc2012' && { classes }),
        ...(channels && { channels }),
        ...(mean && { mean }),
        ...(std && { std }),
        ...(pooling && { pooling }),
        // What a file hashes to says which it is, wherever it lies; else only its name does.
        ...(sha256 === undefined ? { file } : { sha256 }),
      },
      inputs: {},
      labels: { net: net.net, S },
      file,
    };
  },
  cost: ({ parameters }) => {
    const { classes = ILSVRC2012_CLASSES } = parameters as unknown as ImportParameters;
    const net = netCost({ ...parameters, classes: classes.length });
    return net ? { netParameters: net.parameters, bytes: 4 * net.parameters } : {};
  },
};
