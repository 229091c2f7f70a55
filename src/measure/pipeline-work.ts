/** What is measured of the way from image files to batches; plain data. */
export interface PipelineWork {
  /** Of image files, absolute. */
  readonly files: readonly string[];
  /** Smallest side S, px; each image's is drawn from both ends and what lies between. */
  readonly smallestSide: readonly [number, number];
  /** Side of the crop, px. */
  readonly crop: number;
  readonly batch: number;
  readonly threads: number;
  /** Passes over all files, after one that is not measured. */
  readonly repeats: number;
}
