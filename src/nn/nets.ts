/** The nets of Table 1 as data (Sect. 2.1 of the paper). */

/** A convolution ("64" = 3x3 with 64 filters) or a max-pool of 2x2, stride 2 ("M"), in the order of the table. */
type Column = readonly (number | 'M')[];

/** Convolutional part of each net at full width; every net ends in FC-4096, FC-4096, FC-classes. */
export const NETS = {
  A: [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'],
} as const satisfies Record<string, Column>;

export type NetName = keyof typeof NETS;
export const NET_NAMES = Object.keys(NETS) as readonly NetName[];

/** Units of the first two fully-connected layers at full width. */
export const HIDDEN_UNITS = 4096;
