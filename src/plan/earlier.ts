/** Finds in the plan that was last run the task that stood in a task's place, so that a change can be named. */
import { labelsKey } from './labels.js';
import type { Task } from './plan.js';

export class EarlierTasks {
  readonly #byPlace = new Map<string, Task>();
  readonly #byStage = new Map<string, Task[]>();

  /** Places that are taken in the plan of now. */
  readonly #taken: ReadonlySet<string>;

  /**
   * @param tasks that were done
   * @param now the plan of now: what stands in it still is nobody's predecessor
   */
  constructor(tasks: readonly Task[], now: readonly Task[] = []) {
    this.#taken = new Set(now.map(placeOf));
    for (const task of tasks) {
      this.#byPlace.set(placeOf(task), task);
      const sisters = this.#byStage.get(stageOf(task));
      if (sisters) sisters.push(task);
      else this.#byStage.set(stageOf(task), [task]);
    }
  }

  /** Whether a task with the same axes stood in its place. */
  has(task: Task): boolean {
    return this.#byPlace.has(placeOf(task));
  }

  /** The one with the same axes; where a stage has lost one member only, that one, whatever its axes. */
  find(task: Task): Task | undefined {
    const same = this.#byPlace.get(placeOf(task));
    if (same) return same;
    const members = this.#byStage.get(stageOf(task)) ?? [];
    const [only, ...others] = members.filter((member) => !this.#taken.has(placeOf(member)));
    return others.length === 0 ? only : undefined;
  }
}

function stageOf({ kind, stage }: Task): string {
  return `${kind}/${stage}`;
}

function placeOf(task: Task): string {
  return `${stageOf(task)}/${labelsKey(task.labels)}`;
}
