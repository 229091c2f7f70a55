/** The paper's scales (px for a crop of 224) and the real ones of a reduced experiment. */

/** The side of the paper's training crop, px. */
export const PAPER_CROP = 224;

export interface ScaleMap {
  /** Side of the real training crop, px. */
  readonly crop: number;
  /** Explicit real px for scales in the paper's px. */
  readonly map?: Readonly<Record<string, number>> | undefined;
}

/** Real px of a scale in the paper's px: the explicit one, else round(x * crop / 224). */
export function realScale(scales: ScaleMap, paperPx: number): number {
  return scales.map?.[String(paperPx)] ?? Math.round((paperPx * scales.crop) / PAPER_CROP);
}
