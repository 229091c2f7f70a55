/** Several nets together: the mean of their posteriors (Sect. 4.4). */
import { Type, type Static } from '../../util/type.js';
import type { StageDefinition } from '../../plan/definition.js';
import { meanDraft } from '../../plan/mean-draft.js';
import { Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('ensemble', { description: 'Averages the posteriors of several nets.' }),
    weights: Type.Optional(
      Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        minItems: 1,
        description: 'Weights of the members, in the order of the plan; equal ones if left out.',
        examples: [[0.6, 0.4]],
      }),
    ),
    average: Type.Enum(['posteriors', 'logits'], {
      default: 'posteriors',
      description:
        'What is averaged over the nets: posteriors, as the paper; or their logarithms, made a posterior again.',
    }),
  },
  { description: 'An ensemble: the mean of the soft-max posteriors of its members, or of their logits.' },
);

type EnsembleSpec = Static<typeof schema>;

export const ensembleDefinition: StageDefinition<EnsembleSpec> = {
  kind: 'ensemble',
  version: '1',
  description: 'averages the posteriors of nets',
  schema,
  subject: { artifact: 'scores', many: true, description: 'it averages the scores of several nets.' },
  inputs: {},
  output: 'scores',
  usesEngine: false,
  readsImages: false,
  expand: ({ weights, average }, context) => {
    const members = context.subjects.map(({ draft }) => draft);
    if (weights && weights.length !== members.length)
      context.mistake(
        'weights',
        `There ${weights.length === 1 ? 'is 1 weight' : `are ${weights.length} weights`} for ${members.length === 1 ? '1 member' : `${members.length} members`}.`,
        'Give each member one, in the order of the plan.',
      );
    return meanDraft(members, {}, { weights, ...(average === 'logits' && { of: average }) });
  },
};
