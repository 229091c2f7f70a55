/** What specs may say of the kinds of image sets that come with us. */
import { Type } from '../util/type.js';
import type { DatasetSchema } from './schema.js';

const root = (description: string, example: string) =>
  Type.String({
    minLength: 1,
    description: `${description}, relative to this file (with --set: to the current folder).`,
    examples: [example],
  });

export const DATASET_SCHEMAS: readonly DatasetSchema[] = [
  {
    kind: 'image-folder',
    description: 'A folder train/<class>/* and val/<class>/* of images.',
    properties: { root: root('The folder that holds train/ and val/', '~/data/imagenette160') },
  },
  {
    kind: 'embedded',
    description: 'Drawings of the same things by different artists, which come with the installation.',
    properties: {},
    holds: { classes: 28, train: 4413, val: 1149 },
  },
  {
    kind: 'ilsvrc2012',
    description:
      "ILSVRC-2012 as it is kept: folders by WNID, the official validation images with the devkit, Kaggle's folders, or the official tars as they are. Classes are in the order of their WNIDs.",
    properties: { root: root('The folder that holds the images, tars and the devkit', '~/data/imagenet') },
    holds: { classes: 1000, train: 1281167, val: 50000 },
  },
  {
    kind: 'voc',
    description: 'PASCAL VOC: images with several labels each, boxes, and people with actions.',
    properties: {
      root: root('The folder that holds JPEGImages/ and Annotations/', '~/data/VOCdevkit/VOC2007'),
      task: Type.Enum(['classification', 'actions'], {
        default: 'classification',
        description: 'Which labels are used.',
      }),
    },
  },
  {
    kind: 'caltech',
    description: 'Caltech-101 or -256: a folder for each class, split at random.',
    properties: {
      root: root('The folder that holds a folder for each class', '~/data/101_ObjectCategories'),
      split: Type.Integer({
        minimum: 1,
        maximum: 3,
        default: 1,
        description: 'Which of the three random splits.',
      }),
    },
  },
];
