/** Published files of weights that are recognised by a digest which their publishers or users have printed. */
import { type Conventions, OXFORD_IN_PYTORCH } from './conventions.js';
import type { NetName } from '../nets.js';

export interface Release {
  readonly name: string;
  readonly net: NetName;
  /** Whose training it was, whatever file the weights are in. */
  readonly trainedBy: 'oxford' | 'torchvision';
  /** Smallest sides that it was trained at, where its publishers say so. */
  readonly S?: string;
  /** Where it is another than its format's usual one. */
  readonly conventions?: Conventions;
}

export type DigestKind = 'sha256' | 'sha1' | 'md5';

/** Hex digests of a file. */
export type Digests = Readonly<Record<DigestKind, string>>;

/** A digest in full, or as much of its start as was printed: PyTorch puts the first eight digits into names. */
interface KnownRelease extends Release {
  readonly digest: readonly [DigestKind, string];
}

/** The authors' nets were trained with scale jitter, whatever file they are in. */
const JITTER = '256..512';

// SHA-1: the model zoo's pages of the authors (gists 211839e770f7b538e2d8, 3785162f95cd2d5fee77). SHA-256: names of
// torchvision's and jcjohnson's files. MD5: keras/applications/vgg16.py and vgg19.py.
const RELEASES: readonly KnownRelease[] = [
  {
    name: 'VGG_ILSVRC_16_layers (Oxford)',
    net: 'D',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['sha1', '9363e1f6d65f7dba68c4f27a1e62105cdf6c4e24'],
  },
  {
    name: 'VGG_ILSVRC_19_layers (Oxford)',
    net: 'E',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['sha1', '239785e7862442717d831f682bb824055e51e9ba'],
  },
  { name: 'torchvision vgg11', net: 'A', trainedBy: 'torchvision', digest: ['sha256', '8a719046'] },
  { name: 'torchvision vgg13', net: 'B', trainedBy: 'torchvision', digest: ['sha256', '19584684'] },
  { name: 'torchvision vgg16', net: 'D', trainedBy: 'torchvision', digest: ['sha256', '397923af'] },
  { name: 'torchvision vgg19', net: 'E', trainedBy: 'torchvision', digest: ['sha256', 'dcbb9e9d'] },
  { name: "torchvision's first vgg11", net: 'A', trainedBy: 'torchvision', digest: ['sha256', 'bbd30ac9'] },
  { name: "torchvision's first vgg13", net: 'B', trainedBy: 'torchvision', digest: ['sha256', 'c768596a'] },
  {
    name: "torchvision's vgg16 features",
    net: 'D',
    trainedBy: 'torchvision',
    digest: ['sha256', '88682ab5'],
  },
  {
    name: "Oxford's 16 layers in PyTorch (jcjohnson)",
    net: 'D',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['sha256', '00b39a1b'],
    conventions: OXFORD_IN_PYTORCH,
  },
  {
    name: "Oxford's 19 layers in PyTorch (jcjohnson)",
    net: 'E',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['sha256', 'd01eb7cb'],
    conventions: OXFORD_IN_PYTORCH,
  },
  {
    name: 'Keras VGG16',
    net: 'D',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['md5', '64373286793e3c8b2b4e3219cbf3544b'],
  },
  {
    name: 'Keras VGG19',
    net: 'E',
    trainedBy: 'oxford',
    S: JITTER,
    digest: ['md5', 'cbe5617147190e668d6c5d5026f83318'],
  },
];

export function releaseOf(digests: Digests): Release | undefined {
  return RELEASES.find(({ digest: [kind, start] }) => digests[kind].startsWith(start));
}
