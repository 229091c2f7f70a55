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
    kind: 'csv',
    description: 'Images by lists: train.csv and val.csv with the columns path and label.',
    properties: { root: root('The folder of the two lists, below which the paths lie', '~/data/birds') },
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
    kind: 'tiny-imagenet',
    description: 'Tiny-ImageNet: train/<WNID>/images/*, and val/images/* with val_annotations.txt.',
    properties: { root: root('The folder that holds train/ and val/', '~/data/tiny-imagenet-200') },
    holds: { classes: 200, train: 100000, val: 10000 },
  },
  {
    kind: 'cifar',
    description: 'CIFAR-10 or CIFAR-100 in the binary version; the test images are the validation images.',
    properties: {
      root: root('The folder that holds data_batch_1.bin or train.bin', '~/data/cifar-10-batches-bin'),
      labels: Type.Enum(['fine', 'coarse'], {
        default: 'fine',
        description: 'Of CIFAR-100: the 100 classes, or the 20 that they are grouped into.',
      }),
    },
    holds: { train: 50000, val: 10000 },
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
    description:
      'Caltech-101 or -256: a folder for each class, split at random: 30 images a class to train on and up to 50 to test with, of Caltech-256 60 and the rest.',
    properties: {
      root: root('The folder that holds a folder for each class', '~/data/101_ObjectCategories'),
      split: Type.Integer({
        minimum: 1,
        maximum: 3,
        default: 1,
        description: 'Which of the three random splits.',
      }),
      background: Type.Enum(['class', 'left-out'], {
        default: 'class',
        description:
          'Whether BACKGROUND_Google, or 257.clutter, is a class as in the paper, which counts 102 and 257 classes.',
      }),
    },
  },
];
