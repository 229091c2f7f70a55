import type { StepSchedule } from './definition.js';

/** The learning rate of step `step` (from 0) of `steps`. */
export function rateAt(schedule: StepSchedule, start: number, step: number, steps: number): number {
  // 0.07 * 100 is a little over 7 in floating point; the drop is at step 7 all the same.
  const drops = schedule.at.filter((part) => step >= part * steps - 1e-6).length;
  return start * schedule.factor ** drops;
}
