/** The port to numbers about artifacts that tables print; ours are in `stages/table/metrics.ts`. */
import type { MetricSchema } from '../spec/schema.js';
import type { ArtifactReader } from './stage.js';

/** Which images a net got wrong. */
export interface Outcomes {
  /** The images, in an order that is the same whenever they are. */
  readonly ids: readonly string[];
  /** What each image shows, where several images show one thing; absent where none do. */
  readonly things?: readonly string[];
  /** 1 for each image that is wrong, 0 otherwise. */
  readonly wrong: Uint8Array;
}

export interface Metric extends MetricSchema {
  /** For people, with the unit: `top-1 error, %`. */
  readonly heading: string;
  /** @param artifact of the metric's type */
  measure(artifact: ArtifactReader): Promise<number>;
  /**
   * Image by image, for error rates: so the steps of a table compare two rows on the same images. Without it
   * a change has no interval.
   */
  outcomes?(artifact: ArtifactReader): Promise<Outcomes>;
}

/** Every metric that a table may ask for, by name. */
export class Metrics {
  readonly #byName: ReadonlyMap<string, Metric>;

  constructor(metrics: readonly Metric[]) {
    this.#byName = new Map(metrics.map((metric) => [metric.name, metric]));
  }

  get(name: string): Metric {
    const metric = this.#byName.get(name);
    if (!metric) throw new Error(`Internal error: no metric "${name}"`);
    return metric;
  }

  find(name: string): Metric | undefined {
    return this.#byName.get(name);
  }
}
