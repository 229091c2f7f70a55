/** The tasks of a run in an order in which they can be taken up: each when all its inputs are settled. */
import { inputRecipes, type Task } from '../plan/plan.js';

/**
 * Which of the tasks that can be taken up comes first: as in the plan, so that each row is soon finished; or that with
 * the longest chain of tasks behind it, so that no slot is idle while another one works off a chain (Hu 1961,
 * Operations Research 9, "Parallel sequencing and assembly line problems").
 */
export type QueueOrder = 'plan' | 'longest-chain';

export class TaskQueue {
  readonly #place = new Map<string, number>();
  readonly #tasks: readonly Task[];
  readonly #open = new Map<string, number>();
  readonly #dependants = new Map<string, Task[]>();
  /** Places in the queue's order of the tasks that can be taken up, smallest first. */
  readonly #ready: number[] = [];

  /** @param tasks each after its inputs */
  constructor(tasks: readonly Task[], order: QueueOrder) {
    this.#tasks = order === 'plan' ? tasks : byChain(tasks);
    for (const [place, task] of this.#tasks.entries()) {
      this.#place.set(task.recipe, place);
      const inputs = new Set(inputRecipes(task));
      this.#open.set(task.recipe, inputs.size);
      if (inputs.size === 0) this.#ready.push(place);
      for (const input of inputs) {
        const dependants = this.#dependants.get(input);
        if (dependants) dependants.push(task);
        else this.#dependants.set(input, [task]);
      }
    }
  }

  /** Whether {@link next} would find one. */
  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** The first in the queue's order whose inputs are settled; undefined if none is left or all wait. */
  next(): Task | undefined {
    const place = this.#ready.shift();
    return place === undefined ? undefined : this.#tasks[place];
  }

  /** A task that {@link next} gave can be taken up later. */
  giveBack({ recipe }: Task): void {
    this.#insert(this.#place.get(recipe)!);
  }

  /** A task has ended, well or not: what waited for it only can be taken up. */
  settle({ recipe }: Task): void {
    for (const task of this.#dependants.get(recipe) ?? []) {
      const open = this.#open.get(task.recipe)! - 1;
      this.#open.set(task.recipe, open);
      if (open === 0) this.#insert(this.#place.get(task.recipe)!);
    }
  }

  #insert(place: number): void {
    let [low, high] = [0, this.#ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ready[middle]! < place) low = middle + 1;
      else high = middle;
    }
    this.#ready.splice(low, 0, place);
  }
}

/** Longest chain first; of equal ones the largest, so that what ends last is small; then the plan's order. A task has a longer chain than what needs it, so it stays before. */
function byChain(tasks: readonly Task[]): readonly Task[] {
  const behind = new Map(tasks.map(({ recipe }) => [recipe, 0]));
  for (const task of [...tasks].reverse())
    for (const input of inputRecipes(task))
      behind.set(input, Math.max(behind.get(input)!, behind.get(task.recipe)! + 1));
  const size = ({ cost: { multiplyAdds = 0 } }: Task) => multiplyAdds;
  return [...tasks].sort((a, b) => behind.get(b.recipe)! - behind.get(a.recipe)! || size(b) - size(a));
}
