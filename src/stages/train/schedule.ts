/** When the learning rate drops: after given parts of the training, or when what is watched no longer improves. */

/** `at`: parts of the training after which the rate is multiplied by `factor`. */
export interface StepSchedule {
  readonly kind: 'steps';
  readonly at: readonly number[];
  readonly factor: number;
}

/** The paper's: the rate drops when the accuracy on the watched images stops improving, three times in all. */
export interface PlateauSchedule {
  readonly kind: 'plateau';
  readonly metric: keyof Watched;
  /** Epochs without an improvement that are waited for. */
  readonly patience: number;
  /** A smaller improvement is none: points of error, or nats of loss. */
  readonly minDelta: number;
  readonly factor: number;
  readonly drops: number;
}

export type Schedule = StepSchedule | PlateauSchedule;

/** What is measured on the watched images at the end of an epoch. */
export interface Watched {
  /** Errors in per cent. */
  readonly top1: number;
  readonly top5: number;
  /** Mean negative log-likelihood, nats. */
  readonly loss: number;
}

/** What {@link LearningRate} remembers; null for a best that there is not yet. */
export interface LearningRateState {
  readonly best: number | null;
  readonly epochsWithout: number;
  readonly drops: number;
}

export class LearningRate {
  readonly #schedule: Schedule;
  readonly #start: number;
  readonly #steps: number;
  #best = Infinity;
  #epochsWithout = 0;
  #drops = 0;

  /** @param steps of the whole training */
  constructor(schedule: Schedule, start: number, steps: number) {
    this.#schedule = schedule;
    this.#start = start;
    this.#steps = steps;
  }

  get state(): LearningRateState {
    const best = this.#best === Infinity ? null : this.#best;
    return { best, epochsWithout: this.#epochsWithout, drops: this.#drops };
  }

  restore({ best, epochsWithout, drops }: LearningRateState): void {
    this.#best = best ?? Infinity;
    this.#epochsWithout = epochsWithout;
    this.#drops = drops;
  }

  /** Of step `step`, from 0. */
  at(step: number): number {
    if (this.#schedule.kind === 'steps') return rateAt(this.#schedule, this.#start, step, this.#steps);
    return this.#start * this.#schedule.factor ** this.#drops;
  }

  /** To be called at the end of each epoch where a plateau is waited for. */
  epochEnded(watched: Watched): void {
    if (this.#schedule.kind !== 'plateau') return;
    const { metric, minDelta, patience, drops } = this.#schedule;
    const value = watched[metric];
    if (value < this.#best - minDelta) {
      this.#best = value;
      this.#epochsWithout = 0;
      return;
    }
    this.#epochsWithout += 1;
    if (this.#epochsWithout < patience || this.#drops === drops) return;
    this.#drops += 1;
    this.#epochsWithout = 0;
  }
}

/** The learning rate of step `step` (from 0) of `steps`. */
export function rateAt(schedule: StepSchedule, start: number, step: number, steps: number): number {
  // 0.07 * 100 is a little over 7 in floating point; the drop is at step 7 all the same.
  const drops = schedule.at.filter((part) => step >= part * steps - 1e-6).length;
  return start * schedule.factor ** drops;
}
