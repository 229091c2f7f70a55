/** The boxes of several nets and scales merged (Appendix A: "fusion"). */
import { Type, type Static } from '../../util/type.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Reference, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('merge-boxes', { description: 'Merges the boxes of several nets and scales.' }),
    classes: Reference('scores', 'The scores of a classification net, by which boxes are rated.'),
  },
  { description: 'The union of boxes, merged greedily as in Sermanet et al. (2014).' },
);

export const mergeBoxesDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'merge-boxes',
  version: '1',
  description: 'merges boxes',
  schema,
  subject: { artifact: 'boxes', many: true, description: 'it merges the boxes of several stages.' },
  inputs: { boxes: 'boxes', classes: 'scores' },
  output: 'boxes',
  usesEngine: false,
  readsImages: false,
  expand: (_, context) => ({
    kind: 'merge-boxes',
    parameters: {},
    inputs: {
      boxes: context.subjects.map(({ draft }) => draft),
      classes: context.referred('classes')!.draft,
    },
    labels: {},
  }),
  notYet: () => 'predict boxes',
};
