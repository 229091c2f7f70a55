/** Trainings that went astray are no results: they end by name, with the step. */
import type { Parameters } from '../../nn/net-state.js';
import { TaskError } from '../../run/stage.js';

/** A net whose last loss is so many times that of guessing has learnt nothing, though its numbers are finite. */
const LOST = 1000;

interface LossPlace {
  readonly step: number;
  readonly steps: number;
  readonly rate: number;
  readonly classes: number;
}

/** @throws TaskError for a loss that is no number, and for a last one that says that nothing was learnt */
export function checkLoss(loss: number, { step, steps, rate, classes }: LossPlace): void {
  const guess = Math.log(classes);
  if (Number.isFinite(loss) && (step < steps - 1 || loss <= LOST * guess)) return;
  const than = Number.isFinite(loss) ? `, and that of guessing ${guess.toFixed(1)}` : '';
  throw new TaskError(
    `The loss is ${loss} at step ${step + 1} of ${steps} (rate ${rate})${than}. Lower the rate or change the initialisation.`,
  );
}

/**
 * The loss is that before an update, so the last update is looked at itself.
 * @throws TaskError if the last update left a weight that is no number
 */
export function checkFinite(weights: Parameters, steps: number): void {
  for (const [name, { data }] of weights)
    if (!data.every(Number.isFinite))
      throw new TaskError(
        `${name} is no longer finite after the last of ${steps} steps. Lower the rate or change the initialisation.`,
      );
}
