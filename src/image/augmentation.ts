/** The augmentation artifact: what is done to training images, and the statistics of the training set. */
import type { CropPolicy } from './batch.js';
import type { ColourPolicy } from './colour-shift.js';
import type { PixelStatistics } from './pixel-statistics.js';

const FILE = 'augmentation.json';

/** Each part can be switched off. The scale S, fixed or drawn from a range, belongs to the training. */
export type AugmentationPolicy = CropPolicy & ColourPolicy;

export interface Augmentation extends PixelStatistics {
  readonly policy: AugmentationPolicy;
  /** Training images behind the statistics. */
  readonly images: number;
}

export function writeAugmentation(augmentation: Augmentation): Readonly<Record<string, string>> {
  return { [FILE]: `${JSON.stringify(augmentation, null, 2)}\n` };
}

export async function readAugmentation(reader: {
  read(file: string): Promise<Uint8Array>;
}): Promise<Augmentation> {
  return JSON.parse(Buffer.from(await reader.read(FILE)).toString('utf8')) as Augmentation;
}

/** Standard deviation of a pixel about the mean RGB, over the three channels, grey levels. */
export function pixelDeviation({ covarianceRgb }: PixelStatistics): number {
  const variance = covarianceRgb.reduce((sum, row, i) => sum + row[i]!, 0) / 3;
  return Math.sqrt(variance);
}
