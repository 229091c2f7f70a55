/** Which net of an experiment has the lowest top-1 error, by its own evaluations. Pure. */
import type { ArtifactRecord, LinkRecord, StartRecord } from '../journal-record.js';

/** The history that says it. */
export const TOP1_KEY = 'top1_error_percent';

export interface Best {
  /** Of the task that made the net. */
  readonly checkpoint: string;
  readonly top1ErrorPercent: number;
  /** The evaluation: what it was asked. */
  readonly evaluation: EvaluationFacts;
}

type EvaluationFacts = Pick<StartRecord | LinkRecord, 'recipe' | 'labels' | 'inputs'>;

export class BestNet {
  /** Evaluations of one net each, by recipe. */
  readonly #evaluations = new Map<string, { facts: EvaluationFacts; checkpoint: string }>();
  /** Recipes of what was made, here or before. */
  readonly #made = new Set<string>();
  readonly #errors = new Map<string, number>();
  /** Recipes of nets. */
  readonly #checkpoints = new Set<string>();

  begin(facts: EvaluationFacts): void {
    const checkpoint = facts.inputs['checkpoint'];
    if (typeof checkpoint === 'string') this.#evaluations.set(facts.recipe, { facts, checkpoint });
  }

  metric(recipe: string, key: string, value: number): void {
    if (key === TOP1_KEY && Number.isFinite(value)) this.#errors.set(recipe, value);
  }

  made({ recipe, artifact }: Pick<LinkRecord & ArtifactRecord, 'recipe' | 'artifact'>): void {
    this.#made.add(recipe);
    if (artifact === 'checkpoint') this.#checkpoints.add(recipe);
  }

  /** The first of equals; undefined where the error of one is not known here: it could be the lowest. */
  best(): Best | undefined {
    let best: Best | undefined;
    for (const { facts, checkpoint } of this.#evaluations.values()) {
      const error = this.#errors.get(facts.recipe);
      if (!this.#made.has(facts.recipe) || !this.#checkpoints.has(checkpoint)) continue;
      if (error === undefined) return undefined;
      if (!best || error < best.top1ErrorPercent)
        best = { checkpoint, top1ErrorPercent: error, evaluation: facts };
    }
    return best;
  }
}
