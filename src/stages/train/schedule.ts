import type { StepSchedule } from './definition.js';

/** The learning rate of step `step` (from 0) of `steps`. */
export function rateAt(schedule: StepSchedule, start: number, step: number, steps: number): number {
  const drops = schedule.at.filter((part) => step >= part * steps).length;
  return start * schedule.factor ** drops;
}
