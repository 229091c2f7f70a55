/** The schema of a claim: which results are compared, and what is expected of the change between them. */
import { Type, type Static } from '../util/type.js';
import { NAMES, OneOf, Strict } from './schema.js';
import { partOfStage, type Selection } from './selection-schema.js';

const side = (description: string, net: string) =>
  OneOf<Selection>(
    [Type.String({ minLength: 1 }), partOfStage],
    'the name of a stage or group, or {each: NAME, where: {...}}',
    { description, examples: [{ each: 'scores', where: { net } }] },
  );

export const claim = Strict(
  {
    says: Type.String({
      minLength: 1,
      description: 'The claim in a sentence, with where the paper makes it.',
      examples: ['Local response normalisation does not help (Sect. 4.1).'],
    }),
    from: side('The results that are compared with.', 'A'),
    to: side('The results of which something is claimed.', 'A-LRN'),
    expect: Type.Enum(['lower', 'equal', 'not-higher'], {
      description:
        'How the error of "to" is to that of "from": lower; equal within the margin either way; or higher by less than the margin.',
      examples: ['equal'],
    }),
    metric: Type.String({
      minLength: 1,
      default: 'top1',
      description: 'The error rate that is compared.',
      examples: ['top5'],
    }),
    margin: Type.Number({
      exclusiveMinimum: 0,
      default: 0.5,
      description: 'Points of error that count as no difference, for "equal" and "not-higher".',
    }),
    same: Type.Optional(
      Type.Array(Type.String({ pattern: NAMES.LABEL_NAME }), {
        uniqueItems: true,
        description:
          'Axes in which both sides are equal; every two such results are compared. If left out: all axes of both, save "over" and those in which the sides have no value in common.',
        examples: [['S']],
      }),
    ),
    over: Type.Array(Type.String({ pattern: NAMES.LABEL_NAME }), {
      uniqueItems: true,
      default: ['seed'],
      description: 'Axes over which results are repetitions of one design.',
    }),
  },
  { description: 'A claim of the paper, tested on our results.' },
);

export type ClaimSpec = Static<typeof claim>;
