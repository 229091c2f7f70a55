/** The nets of Table 1 as data (Sect. 2.1), and the shallow one that Sect. 4.1 compares with net B. */
import type { LayerSpec } from './layer-spec.js';
import type { NetShape } from './net.js';

/** Convolutional part of each net at full width; every net ends in FC-4096, FC-4096, FC-classes. */
export const NETS = {
  // prettier-ignore
  A: [
    'conv3-64', 'maxpool',
    'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
  ],
  // prettier-ignore
  'A-LRN': [
    'conv3-64', 'lrn', 'maxpool',
    'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
  ],
  // prettier-ignore
  B: [
    'conv3-64', 'conv3-64', 'maxpool',
    'conv3-128', 'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
    'conv3-512', 'conv3-512', 'maxpool',
  ],
  // prettier-ignore
  C: [
    'conv3-64', 'conv3-64', 'maxpool',
    'conv3-128', 'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'conv1-256', 'maxpool',
    'conv3-512', 'conv3-512', 'conv1-512', 'maxpool',
    'conv3-512', 'conv3-512', 'conv1-512', 'maxpool',
  ],
  // prettier-ignore
  D: [
    'conv3-64', 'conv3-64', 'maxpool',
    'conv3-128', 'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'conv3-256', 'maxpool',
    'conv3-512', 'conv3-512', 'conv3-512', 'maxpool',
    'conv3-512', 'conv3-512', 'conv3-512', 'maxpool',
  ],
  // prettier-ignore
  E: [
    'conv3-64', 'conv3-64', 'maxpool',
    'conv3-128', 'conv3-128', 'maxpool',
    'conv3-256', 'conv3-256', 'conv3-256', 'conv3-256', 'maxpool',
    'conv3-512', 'conv3-512', 'conv3-512', 'conv3-512', 'maxpool',
    'conv3-512', 'conv3-512', 'conv3-512', 'conv3-512', 'maxpool',
  ],
  /** Net B with one 5x5 for each pair of 3x3: the same receptive field. */
  // prettier-ignore
  'B-5x5': [
    'conv5-64', 'maxpool',
    'conv5-128', 'maxpool',
    'conv5-256', 'maxpool',
    'conv5-512', 'maxpool',
    'conv5-512', 'maxpool',
  ],
} as const satisfies Record<string, readonly LayerSpec[]>;

export type NetName = keyof typeof NETS;
export const NET_NAMES = Object.keys(NETS) as readonly NetName[];

/** The layers of a net that comes with us; undefined for other names. */
export function builtInLayers(name: string): readonly LayerSpec[] | undefined {
  return Object.hasOwn(NETS, name) ? NETS[name as NetName] : undefined;
}

/** The shape of a built-in net. */
export function netShape(name: NetName, rest: Omit<NetShape, 'net' | 'layers'>): NetShape {
  return { net: name, layers: NETS[name], ...rest };
}
