/** What a plan comes to: tasks, images, multiply-adds, and the time where a rate is known. */
import { measuresOf } from '../plan/execution.js';
import type { Plan, Task } from '../plan/plan.js';
import type { Statuses } from '../plan/status.js';
import type { DoneTask } from '../run/last-run.js';
import type { Survey } from '../run/survey.js';

export interface Estimate {
  readonly tasks: number;
  readonly done: number;
  readonly toDo: number;
  /** What this version cannot do, of what is to do. */
  readonly notYet: number;
  /** Of the tasks to do; a lower bound where `unknown` is above 0. */
  readonly multiplyAdds: number;
  readonly images: number;
  /** That the tasks to do leave on the disk in nets and scores. */
  readonly bytes: number;
  /** Most that a worker holds in tasks with a net, of those that were done with as large a net and images; null if none was. */
  readonly memoryBytes: number | null;
  /** Tasks to do with a net of whose memory nothing is known. */
  readonly withoutMemory: number;
  /** Tasks to do whose multiply-adds or images are not known before the images are listed. */
  readonly unknown: number;
  /** Seconds that the tasks to do take, of those for whose kind a rate is known; null if for none. */
  readonly seconds: number | null;
  /** Tasks to do whose method was not seen yet, so that another one's rate stands for theirs. */
  readonly guessed: number;
  /** Tasks to do for whose kind no rate is known. */
  readonly withoutRate: number;
}

/**
 * Rates are those of what was done before, in the plan and in its last run: seconds a multiply-add, or an image, by
 * kind and method; of a method that was not seen yet, by kind.
 */
export function estimate(plan: Plan, { statuses, lastRun }: Pick<Survey, 'statuses' | 'lastRun'>): Estimate {
  const done = [...doneTasks(plan, statuses), ...lastRun];
  const rates = ratesOf(done);
  const toDo = plan.tasks.filter(({ recipe }) => statuses.get(recipe)!.state === 'to-do');
  // Beside nets and images nothing takes much.
  const held = memoryOf(
    toDo.filter(({ usesEngine }) => usesEngine),
    done,
  );
  const remembered = held.filter((bytes) => bytes !== undefined);
  const times = toDo.map((task) => secondsOf(task, rates));
  const known = times.filter((time) => time !== undefined);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    tasks: plan.tasks.length,
    done: plan.tasks.length - toDo.length,
    toDo: toDo.length,
    notYet: toDo.filter(({ notYet }) => notYet !== null).length,
    multiplyAdds: sum(toDo.map(({ cost }) => cost.multiplyAdds ?? 0)),
    images: sum(toDo.map(({ cost }) => cost.images ?? 0)),
    bytes: sum(toDo.map(({ cost }) => cost.bytes ?? 0)),
    memoryBytes: remembered.length > 0 ? Math.max(...remembered) : null,
    withoutMemory: held.length - remembered.length,
    unknown: toDo.filter(
      ({ usesEngine, readsImages, cost }) =>
        (usesEngine && cost.multiplyAdds === undefined) || (readsImages && cost.images === undefined),
    ).length,
    seconds: known.length > 0 ? sum(known) : null,
    guessed: toDo.filter((task, i) => times[i] !== undefined && !rates.has(methodOf(task))).length,
    withoutRate: times.length - known.length,
  };
}

/** What a worker held in the same work, with as much more as more images need. */
function memoryOf(toDo: readonly Task[], done: readonly DoneTask[]): readonly (number | undefined)[] {
  const held = new Map<string, number>();
  for (const task of done)
    if (task.peakMemoryBytes !== undefined) {
      const without = Math.max(0, task.peakMemoryBytes - (task.cost.heldBytes ?? 0));
      held.set(workOfAnImage(task), Math.max(without, held.get(workOfAnImage(task)) ?? 0));
    }
  return toDo.map((task) => {
    const without = held.get(workOfAnImage(task));
    return without === undefined ? undefined : without + (task.cost.heldBytes ?? 0);
  });
}

/** Kind and method, net and what an image costs in it: its size, width, crop and scale. */
function workOfAnImage(task: Task): string {
  const { netParameters, multiplyAdds, images } = task.cost;
  const ofOne = multiplyAdds === undefined || !images ? null : Math.round(multiplyAdds / images);
  return JSON.stringify([methodOf(task), netParameters ?? null, ofOne, task.parameters['batch'] ?? null]);
}

/** What a task's time is taken to grow with. */
function workOf({ cost }: Task): number | undefined {
  return cost.multiplyAdds ?? cost.images;
}

function doneTasks(plan: Plan, statuses: Statuses): readonly DoneTask[] {
  return plan.tasks.flatMap((task) => {
    const status = statuses.get(task.recipe)!;
    return status.state === 'done' ? [{ ...task, ...measuresOf(status.execution) }] : [];
  });
}

/** What a task takes whatever its work, and a unit of the work. */
interface Rate {
  readonly setup: number;
  readonly seconds: number;
}

/** Each task once, by its recipe. */
function ratesOf(done: readonly DoneTask[]): ReadonlyMap<string, Rate> {
  const totals = new Map<string, { tasks: number; setup: number; seconds: number; work: number }>();
  for (const task of new Map(done.map((one) => [one.recipe, one])).values()) {
    const work = workOf(task);
    if (work === undefined) continue;
    const setup = task.setupSeconds ?? 0;
    for (const key of [task.kind, methodOf(task)]) {
      const total = totals.get(key) ?? { tasks: 0, setup: 0, seconds: 0, work: 0 };
      total.tasks += 1;
      total.setup += setup;
      total.seconds += task.seconds - setup;
      total.work += work;
      totals.set(key, total);
    }
  }
  return new Map(
    [...totals].map(([key, { tasks, setup, seconds, work }]) => [
      key,
      { setup: setup / tasks, seconds: seconds / Math.max(1, work) },
    ]),
  );
}

/** Crops keep processors less busy than maps do. */
function methodOf({ kind, parameters }: Task): string {
  return `${kind} by ${JSON.stringify(parameters['method'])}`;
}

function secondsOf(task: Task, rates: ReadonlyMap<string, Rate>): number | undefined {
  const rate = rates.get(methodOf(task)) ?? rates.get(task.kind);
  const work = workOf(task);
  return rate === undefined || work === undefined ? undefined : rate.setup + rate.seconds * work;
}
