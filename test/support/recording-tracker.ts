/** {@link Tracker} that remembers what it was told, a line each: the second implementation of the port. */
import type { Task } from '../../src/plan/plan.js';
import { type ReportFile, type TrackedEnd, type TrackedExperiment, Tracker } from '../../src/run/tracker.js';

export class RecordingTracker extends Tracker {
  readonly lines: string[] = [];
  readonly #points = new Set<string>();

  open({ name }: TrackedExperiment): Promise<void> {
    this.lines.push(`open ${name}`);
    return Promise.resolve();
  }

  start({ stage }: Task): void {
    this.lines.push(`start ${stage}`);
  }

  resume({ stage }: Task): void {
    this.lines.push(`resume ${stage}`);
  }

  link({ stage }: Task): void {
    this.lines.push(`link ${stage}`);
  }

  metric({ stage, recipe }: Task, key: string, value: number, step: number): void {
    const point = `${recipe}/${key}/${step}`;
    if (this.#points.has(point)) return;
    this.#points.add(point);
    this.lines.push(`metric ${stage} ${key}=${value} at ${step}`);
  }

  end({ stage }: Task, { end }: TrackedEnd): Promise<void> {
    this.lines.push(`end ${stage} ${end}`);
    return Promise.resolve();
  }

  report({ report, holds }: ReportFile): void {
    this.lines.push(`report ${report}: ${holds}`);
  }

  close(): Promise<undefined> {
    this.lines.push('close');
    return Promise.resolve(undefined);
  }
}
