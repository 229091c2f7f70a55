/** Lists the images of a split; implied by whatever reads images. */
import { Type } from '../../util/type.js';
import type { DatasetIdentity, Split, StageDefinition } from '../../plan/definition.js';
import { DatasetName, Strict } from '../../spec/schema.js';

/** As the plan writes them. */
export interface IndexParameters {
  readonly dataset: DatasetIdentity;
  readonly split: Split;
  /** Images used; null for all. */
  readonly limit: number | null;
  /** Absent: every image is listed, and a later stage fails at one that cannot be decoded. */
  readonly badImages?: 'skip';
}

const schema = Strict(
  {
    kind: Type.Literal('index', { description: 'Lists a split of the images, with a digest of each.' }),
    split: Type.Enum(['train', 'val'], { description: 'Which part of the data.' }),
    dataset: Type.Optional(DatasetName),
  },
  {
    description:
      'Lists the images that a run uses. Stages that read images imply it, so a spec rarely names it.',
  },
);

export const indexDefinition: StageDefinition<{ readonly split: Split }> = {
  kind: 'index',
  version: '3',
  description: 'lists the images',
  schema,
  inputs: {},
  output: 'index',
  usesEngine: false,
  readsImages: true,
  expand: ({ split }, context) => context.images(split, 'dataset'),
  cost: (draft, facts) => {
    const { images } = facts(draft);
    return images === undefined ? {} : { images };
  },
  notYet: ({ dataset }) =>
    (dataset as DatasetIdentity).kind === 'voc' ? 'read images of the kind "voc"' : undefined,
};
