/** The best subset of given scores (Sect. 4.4: the paper tried some by hand), judged on images that the search did not see. */
import { Type, type Static } from '../../util/type.js';
import type { StageDefinition, TaskDraft } from '../../plan/definition.js';
import { inOrder } from '../../plan/mean-draft.js';
import { INDEX_KIND } from '../../plan/expand-spec.js';
import { Strict } from '../../spec/schema.js';
import { additions } from './subsets.js';

const schema = Strict(
  {
    kind: Type.Literal('best-ensemble', {
      description: 'Searches the subset of its members whose mean posterior has the lowest error.',
    }),
    metric: Type.Enum(['top1', 'top5'], {
      default: 'top5',
      description:
        'The error that is searched for; of equal ones the other decides, then the smaller subset.',
    }),
    most: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Members of a subset at the most; all of them if left out.',
        examples: [3],
      }),
    ),
  },
  {
    description:
      'The best ensemble of given scores: searched on one half of the images, and scored on the other, which the search did not see. Every subset is tried while subsets x images x classes stay below 1e11; beyond, one member after another is added while that helps.',
  },
);

type BestEnsembleSpec = Static<typeof schema>;

export type BestEnsembleParameters = Omit<BestEnsembleSpec, 'kind'>;

export const bestEnsembleDefinition: StageDefinition<BestEnsembleSpec> = {
  kind: 'best-ensemble',
  version: '2',
  description: 'searches the best subset of nets',
  schema,
  subject: { artifact: 'scores', many: true, description: 'it chooses among the scores of several nets.' },
  inputs: { scores: 'scores' },
  output: 'scores',
  usesEngine: false,
  readsImages: false,
  expand: ({ metric, most }, context) => {
    const members = context.subjects.map(({ draft }) => draft);
    if (most !== undefined && most > members.length)
      context.mistake(
        'most',
        `There ${members.length === 1 ? 'is 1 member' : `are ${members.length} members`}, so no subset has ${most}.`,
        'Leave it out, or lower it.',
      );
    return {
      kind: 'best-ensemble',
      parameters: { metric, ...(most !== undefined && { most }) },
      inputs: { scores: inOrder(members) },
      labels: {},
    };
  },
  cost: ({ parameters, inputs }, facts) => {
    const members = [inputs['scores']!].flat();
    const index = indexBehind(members[0]!);
    const { images, classes } = index ? facts(index) : {};
    if (images === undefined || classes === undefined) return {};
    const { most = members.length } = parameters as unknown as BestEnsembleParameters;
    const half = Math.ceil(images / 2);
    return { multiplyAdds: additions({ members: members.length, most, images: half, classes }) };
  },
};

/** The list of the images that scores, or means of them, are of. */
function indexBehind(draft: TaskDraft): TaskDraft | undefined {
  const inputs = Object.values(draft.inputs).flat();
  return inputs.find(({ kind }) => kind === INDEX_KIND) ?? (inputs[0] && indexBehind(inputs[0]));
}
