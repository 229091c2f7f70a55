/**
 * The image sets that `stagecraft data fetch` knows. Lengths and digests are those that others have published, since
 * they are of no use if they come from where the files do: each says whose.
 */
import type { Archive, Release } from './release.js';

const MB = 1e6;
const IMAGENET_TERMS = "ImageNet's terms: non-commercial research and education; lists and code Apache-2.0";
const FLICKR_TERMS = "images from Flickr, by Flickr's terms of use; annotations free";

function fastAi(name: string, archive: Pick<Archive, 'bytes' | 'sha256' | 'most'>): readonly Archive[] {
  return [{ url: `https://s3.amazonaws.com/fast-ai-imageclas/${name}.tgz`, ...archive }];
}

function cifar(name: string, archive: Pick<Archive, 'bytes' | 'sha256'>): readonly Archive[] {
  return [
    {
      url: `https://www.cs.toronto.edu/~kriz/${name}-binary.tar.gz`,
      ...archive,
      most: { bytes: 200 * MB, members: 20 },
    },
  ];
}

const VOC = 'http://host.robots.ox.ac.uk/pascal/VOC';

export const RELEASES: readonly Release[] = [
  {
    name: 'imagenette2-160',
    title: 'Imagenette 2: ten easy classes of ImageNet, smallest side 160 px',
    licence: IMAGENET_TERMS,
    page: 'https://github.com/fastai/imagenette',
    // TensorFlow Datasets, datasets/imagenette/checksums.tsv.
    archives: fastAi('imagenette2-160', {
      bytes: 99_003_388,
      sha256: '64d0c4859f35a461889e0147755a999a48b49bf38a7e0f9bd27003f10db02fe5',
      most: { bytes: 300 * MB, members: 20_000 },
    }),
    top: 'imagenette2-160',
    data: { kind: 'image-folder' },
    holds: { classes: 10, train: 9469, val: 3925 },
  },
  {
    name: 'imagenette2-320',
    title: 'Imagenette 2, smallest side 320 px',
    licence: IMAGENET_TERMS,
    page: 'https://github.com/fastai/imagenette',
    // TensorFlow Datasets, datasets/imagenette/checksums.tsv.
    archives: fastAi('imagenette2-320', {
      bytes: 341_663_724,
      sha256: '569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c',
      most: { bytes: 900 * MB, members: 20_000 },
    }),
    top: 'imagenette2-320',
    data: { kind: 'image-folder' },
    holds: { classes: 10, train: 9469, val: 3925 },
  },
  {
    name: 'imagewoof2-160',
    title: 'Imagewoof 2: ten breeds of dogs of ImageNet, smallest side 160 px',
    licence: IMAGENET_TERMS,
    page: 'https://github.com/fastai/imagenette',
    // The digest: FastAI.jl, whose table has those of TensorFlow Datasets for Imagenette. The length: fastai, checks.txt.
    archives: fastAi('imagewoof2-160', {
      bytes: 92_612_825,
      sha256: 'b5ffa16037e07f60882434f55b7814a3d44483f2a484129f251604bc0d0f8172',
      most: { bytes: 300 * MB, members: 20_000 },
    }),
    top: 'imagewoof2-160',
    data: { kind: 'image-folder' },
    holds: { classes: 10, train: 9025, val: 3929 },
  },
  {
    name: 'imagewoof2-320',
    title: 'Imagewoof 2, smallest side 320 px',
    licence: IMAGENET_TERMS,
    page: 'https://github.com/fastai/imagenette',
    // As that of 160 px.
    archives: fastAi('imagewoof2-320', {
      bytes: 328_387_740,
      sha256: '7db6120fdb9ae079e26346f89e7b00d7f184f8137791609b97fd0405d3f92305',
      most: { bytes: 900 * MB, members: 20_000 },
    }),
    top: 'imagewoof2-320',
    data: { kind: 'image-folder' },
    holds: { classes: 10, train: 9025, val: 3929 },
  },
  {
    name: 'tiny-imagenet-200',
    title: 'Tiny-ImageNet: 200 classes of ImageNet, 64 x 64 px',
    licence: "ImageNet's terms: non-commercial research and education",
    page: 'http://cs231n.stanford.edu/reports/2015/pdfs/yle_project.pdf',
    archives: [
      {
        url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
        // Several public repositories, one after another download of its own; TensorFlow Datasets does not have it.
        bytes: 248_100_043,
        sha256: '6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821',
        most: { bytes: 600 * MB, members: 130_000 },
      },
    ],
    top: 'tiny-imagenet-200',
    data: { kind: 'tiny-imagenet' },
    holds: { classes: 200, train: 100_000, val: 10_000 },
  },
  {
    name: 'cifar-10',
    title: 'CIFAR-10, binary version: ten classes, 32 x 32 px',
    licence: 'none stated; to be cited',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    // TensorFlow Datasets, url_checksums/cifar10.txt.
    archives: cifar('cifar-10', {
      bytes: 170_052_171,
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    }),
    top: 'cifar-10-batches-bin',
    data: { kind: 'cifar' },
    holds: { classes: 10, train: 50_000, val: 10_000 },
  },
  {
    name: 'cifar-100',
    title: 'CIFAR-100, binary version: 100 classes in 20 groups, 32 x 32 px',
    licence: 'none stated; to be cited',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    // TensorFlow Datasets, url_checksums/cifar100.txt.
    archives: cifar('cifar-100', {
      bytes: 168_513_733,
      sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    }),
    top: 'cifar-100-binary',
    data: { kind: 'cifar' },
    holds: { classes: 100, train: 50_000, val: 10_000 },
  },
  {
    name: 'voc2007',
    title: 'PASCAL VOC 2007: 20 classes, several labels an image, boxes; with the test images',
    licence: FLICKR_TERMS,
    page: `${VOC}/voc2007/`,
    archives: [
      // Both: TensorFlow Datasets, url_checksums/voc.txt, of a mirror of the same files.
      {
        url: `${VOC}/voc2007/VOCtrainval_06-Nov-2007.tar`,
        bytes: 460_032_000,
        sha256: '7d8cd951101b0957ddfd7a530bdc8a94f06121cfc1e511bb5937e973020c7508',
        most: { bytes: 500 * MB, members: 30_000 },
      },
      {
        url: `${VOC}/voc2007/VOCtest_06-Nov-2007.tar`,
        bytes: 451_020_800,
        sha256: '6836888e2e01dca84577a849d339fa4f73e1e4f135d312430c4856b5609b4892',
        most: { bytes: 500 * MB, members: 30_000 },
      },
    ],
    top: 'VOCdevkit/VOC2007',
    data: null,
    voc: { train: 'trainval', val: 'test' },
    holds: { classes: 20, train: 5011, val: 4952 },
  },
  {
    name: 'voc2012',
    title: 'PASCAL VOC 2012: 20 classes, several labels an image, boxes, actions; without the test images',
    licence: FLICKR_TERMS,
    page: `${VOC}/voc2012/`,
    archives: [
      {
        url: `${VOC}/voc2012/VOCtrainval_11-May-2012.tar`,
        // TensorFlow Datasets, url_checksums/voc.txt, of a mirror of the same file.
        bytes: 1_999_639_040,
        sha256: 'e14f763270cf193d0b5f74b169f44157a4b0c6efa708f4dd0ff78ee691763bcb',
        most: { bytes: 2100 * MB, members: 100_000 },
      },
    ],
    top: 'VOCdevkit/VOC2012',
    data: null,
    voc: { train: 'train', val: 'val' },
    holds: { classes: 20, train: 5717, val: 5823 },
  },
  {
    name: 'caltech-101',
    title: 'Caltech-101: 101 classes and background',
    licence: 'CC BY 4.0',
    page: 'https://data.caltech.edu/records/mzrjq-6wc02',
    archives: [
      {
        url: 'https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip',
        // TensorFlow Datasets, datasets/caltech101/checksums.tsv.
        bytes: 137_414_764,
        sha256: '331234750fc7f77520e50d9565e8b6907b03565e30320da1401130db08c61f91',
        most: { bytes: 500 * MB, members: 30_000 },
        within: 'caltech-101/101_ObjectCategories.tar.gz',
      },
    ],
    top: '101_ObjectCategories',
    data: { kind: 'caltech' },
    holds: { classes: 102, train: 3060, val: 2995 },
  },
  {
    name: 'caltech-256',
    title: 'Caltech-256: 256 classes and clutter',
    licence: 'CC BY 4.0',
    page: 'https://data.caltech.edu/records/nyy15-4j048',
    archives: [
      {
        url: 'https://data.caltech.edu/records/nyy15-4j048/files/256_ObjectCategories.tar',
        // The digest: torchvision's prototype of the set, of the address before this one. The length: what others got.
        bytes: 1_183_006_720,
        sha256: '08ff01b03c65566014ae88eb0490dbe4419fc7ac4de726ee1163e39fd809543e',
        most: { bytes: 1300 * MB, members: 60_000 },
      },
    ],
    top: '256_ObjectCategories',
    data: { kind: 'caltech' },
    holds: { classes: 257, train: 15_420, val: 15_187 },
  },
  {
    name: 'ilsvrc2012',
    title: 'ILSVRC-2012: the 1,000 classes of ImageNet',
    licence: "ImageNet's terms, which each user agrees to: non-commercial research and education",
    page: 'https://image-net.org/download.php',
    how: 'Log in at image-net.org, agree to the terms, and download the images of ILSVRC 2012 (task 1 and 2); or join the competition "ImageNet Object Localization Challenge" on Kaggle. Put the files into one folder; they are read as they are.',
    files: [
      'ILSVRC2012_img_train.tar (138 GB)',
      'ILSVRC2012_img_val.tar (6.3 GB)',
      'ILSVRC2012_devkit_t12.tar.gz (2.5 MB)',
    ],
    data: { kind: 'ilsvrc2012' },
    holds: { classes: 1000, train: 1_281_167, val: 50_000 },
  },
];
