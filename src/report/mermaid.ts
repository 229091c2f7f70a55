/** A plan as a drawing in Mermaid's language, which GitHub and many editors show: one box a stage, with its tasks counted. */
import { inputRecipes, type Plan, type Task, tasksByRecipe } from '../plan/plan.js';
import type { Statuses } from '../plan/status.js';

interface Box {
  readonly kind: string;
  readonly stage: string;
  tasks: number;
  toDo: number;
}

/** Stages of a plan, since thousands of tasks are no drawing; dashed arrows say that some of a stage's tasks are used. */
export function planToMermaid(plan: Plan, statuses: Statuses): string {
  const boxes = new Map<string, Box>();
  const uses = new Map<string, Set<string>>();
  const byRecipe = tasksByRecipe(plan);
  for (const task of plan.tasks) {
    const key = boxOf(task);
    const box = boxes.get(key) ?? { kind: task.kind, stage: task.stage, tasks: 0, toDo: 0 };
    box.tasks += 1;
    if (statuses.get(task.recipe)?.state !== 'done') box.toDo += 1;
    boxes.set(key, box);
    for (const recipe of inputRecipes(task)) {
      const arrow = `${boxOf(byRecipe.get(recipe)!)}>${key}`;
      const used = uses.get(arrow);
      if (used) used.add(recipe);
      else uses.set(arrow, new Set([recipe]));
    }
  }
  const names = new Map([...boxes.keys()].map((key, i) => [key, `s${i + 1}`]));
  const lines = [...boxes].map(([key, box]) => `  ${names.get(key)!}["${labelOf(box)}"]`);
  const arrows = [...uses].map(([arrow, used]) => {
    const [from, to] = arrow.split('>') as [string, string];
    const line = used.size < boxes.get(from)!.tasks ? '-.->' : '-->';
    return `  ${names.get(from)!} ${line} ${names.get(to)!}`;
  });
  const done = [...boxes].filter(([, { toDo }]) => toDo === 0).map(([key]) => names.get(key)!);
  return [
    'flowchart LR',
    ...lines,
    ...arrows,
    ...(done.length > 0
      ? ['  classDef done fill:#e2f3e2,stroke:#4a8', `  class ${done.join(',')} done`]
      : []),
  ].join('\n');
}

function boxOf({ kind, stage }: Task): string {
  return `${kind}/${stage}`;
}

function labelOf({ kind, stage, tasks, toDo }: Box): string {
  const name = kind === stage ? kind : `${stage}<br/>${kind}`;
  const state = toDo === 0 ? 'done' : toDo === tasks ? 'to do' : `${toDo} to do`;
  return `${name}<br/>${tasks === 1 ? state : `${tasks} tasks, ${state}`}`;
}
