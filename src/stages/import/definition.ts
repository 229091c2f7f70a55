/** Published weights as a checkpoint, which evaluation takes like a trained one. */
import { Type, type Static } from '../../util/type.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { NetName, Scale, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('import', { description: 'Takes a net from a file of weights.' }),
    net: NetName('The net that the weights are for.'),
    S: Scale(
      "The scale that the net was trained at, in the paper's px: for tables and for Q = ${around(S)}.",
    ),
    file: Type.String({
      minLength: 1,
      description: 'A .caffemodel, .safetensors, .pth or .h5 file.',
      examples: ['weights/VGG_ILSVRC_16_layers.caffemodel'],
    }),
    sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description:
          'What the file must hash to, so that everybody has the same one, wherever it lies; without it another path is another file.',
        examples: ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
      }),
    ),
  },
  { description: 'A checkpoint from published weights.' },
);

type ImportSpec = Static<typeof schema>;

export const importDefinition: StageDefinition<ImportSpec> = {
  kind: 'import',
  version: '2',
  description: 'takes a net from a file of weights',
  schema,
  inputs: {},
  output: 'checkpoint',
  usesEngine: false,
  readsImages: false,
  expand: ({ S, file, sha256 }, context) => {
    const net = context.net('net');
    const real = checkedScale(context, 'S', S);
    return {
      kind: 'import',
      parameters: {
        ...net,
        S: real,
        crop: context.crop,
        width: 1,
        // What a file hashes to says which it is, wherever it lies; else only its path does.
        ...(sha256 === undefined ? { file } : { sha256 }),
      },
      inputs: {},
      labels: { net: net.net, S },
    };
  },
  notYet: () => 'import weights',
};
