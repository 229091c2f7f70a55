/** Lists the images of a split; implied by whatever reads images. */
import { Type } from 'typebox';
import type { StageDefinition } from '../../plan/definition.js';
import { Strict } from '../../spec/schema.js';

/** As the plan writes them. */
export interface IndexParameters {
  readonly dataset: { readonly kind: string; readonly name: string };
  readonly split: 'train' | 'val';
  /** Images used; null for all. */
  readonly limit: number | null;
}

const schema = Strict(
  {
    kind: Type.Literal('index', { description: 'Lists a split of the images, with a digest of each.' }),
    split: Type.Enum(['train', 'val'], { description: 'Which part of the data.' }),
  },
  {
    description:
      'Lists the images that a run uses. Stages that read images imply it, so a spec rarely names it.',
  },
);

export const indexDefinition: StageDefinition<{ readonly split: 'train' | 'val' }> = {
  kind: 'index',
  version: '1',
  description: 'lists the images',
  schema,
  inputs: {},
  output: 'index',
  usesEngine: false,
  readsImages: true,
  expand: ({ split }, context) => [context.images(split)],
};
