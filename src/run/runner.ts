/** Runs a plan: what is done is kept, what is missing is made, what depends on a failure waits for the next run. */
import type { Execution } from '../plan/execution.js';
import { experimentOf, hostsOf, inputRecipes, type Plan, runName, type Task } from '../plan/plan.js';
import { inputDigests, type Reason, taskStatus, type TaskStatus } from '../plan/status.js';
import type { ArtifactStore, Attempt, Publication } from './artifact-store.js';
import type { Outcome, RunListener } from './event.js';
import { killedAdvice } from './out-of-memory.js';
import { OthersWork } from './others-work.js';
import type { Executor, TaskEnd, TaskMessage, TaskOrder } from './executor.js';
import type { SavedPlace } from './save-points.js';
import type { Sources } from './sources.js';
import type { Survey } from './survey.js';
import { TaskQueue } from './task-queue.js';
import type { Delivered, ReportFile, RunEnd, Stored, Tracker } from './tracker.js';

/** How often a task is tried at one place when its worker dies (a lost process may be chance, a second time it is not). */
const MAX_ATTEMPTS = 2;

export interface RunRequest {
  readonly plan: Plan;
  readonly survey: Survey;
  readonly sources: Sources;
  /** Absolute paths of plugins' modules, for the workers. */
  readonly plugins: readonly string[];
  readonly listener: RunListener;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Whether the first failure ends the run; otherwise everything that does not need it is done. */
  readonly failFast: boolean;
  /** Whether tasks that were begun in another environment go on here, with other bits than in either. */
  readonly accept: boolean;
  /** Writes what there is for people, once the work has ended. */
  readonly report: (outcome: Outcome) => Promise<readonly ReportFile[]>;
}

export class Runner {
  readonly #store: ArtifactStore;
  readonly #executor: Executor;
  readonly #tracker: Tracker;

  constructor(store: ArtifactStore, executor: Executor, tracker: Tracker) {
    this.#store = store;
    this.#executor = executor;
    this.#tracker = tracker;
  }

  /**
   * Workers and tracker are closed when it settles.
   * @throws what store, executor or tracker threw (a full disk), once the tasks that still ran have stopped
   */
  async run(request: RunRequest): Promise<Outcome> {
    const services = { store: this.#store, executor: this.#executor, tracker: this.#tracker };
    const title = request.plan.experiments.map((experiment) => experiment.title).join(' + ');
    await this.#tracker.open({ name: runName(request.plan), title });
    let end: RunEnd = 'failed';
    let outcome: Outcome;
    let delivered: Delivered | undefined;
    try {
      outcome = await this.#work(request, services);
      for (const file of await request.report(outcome)) this.#tracker.report(file);
      end = endOf(outcome);
    } finally {
      delivered = await this.#tracker.close(end);
    }
    return { ...outcome, ...(delivered && { delivered }) };
  }

  async #work(request: RunRequest, services: Services): Promise<Outcome> {
    try {
      return await new Run(request, services).finish();
    } finally {
      await this.#executor.close();
    }
  }
}

interface Services {
  readonly store: ArtifactStore;
  readonly executor: Executor;
  readonly tracker: Tracker;
}

type Unfinished = Exclude<TaskEnd, { readonly type: 'done' }>;

/** How a try ended: what is done is published at once. */
type AttemptEnd = Unfinished | { readonly type: 'published'; readonly execution: Execution };

/** The state of one run. */
class Run {
  readonly #request: RunRequest;
  readonly #services: Services;
  readonly #done = new Map<string, Execution>();
  readonly #failed = new Map<string, Task>();
  readonly #notYet = new Map<string, Task>();
  readonly #blocked = new Map<string, Task>();
  readonly #queue: TaskQueue;
  /** None of them rejects: what goes wrong with us is kept in `#errors`. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #others: OthersWork;
  readonly #errors: unknown[] = [];
  readonly #stop = new AbortController();
  /** Aborted by the user, by the first failure under `failFast`, or by an error of ours. */
  readonly #signal: AbortSignal;

  constructor(request: RunRequest, services: Services) {
    this.#request = request;
    this.#services = services;
    // One slot is never idle, and what is first in the plan is what is wanted first.
    const order = services.executor.slots > 1 ? 'longest-chain' : 'plan';
    this.#queue = new TaskQueue(request.plan.tasks, order);
    this.#signal = AbortSignal.any([request.signal, this.#stop.signal]);
    this.#others = new OthersWork({
      listener: request.listener,
      signal: this.#signal,
      look: (task) => {
        this.#queue.giveBack(task);
      },
    });
  }

  async finish(): Promise<Outcome> {
    while (!this.#signal.aborted) {
      await this.#startWhatCan().catch(this.#giveUp);
      const under = [...this.#running.values(), ...this.#others.pauses];
      if (under.length > 0) await Promise.race(under);
      // A task that ended meanwhile may have made others ready.
      else if (!this.#queue.hasReady) break;
    }
    await Promise.all(this.#running.values());
    if (this.#errors.length > 0) throw this.#errors[0];
    const ended = this.#done.size + this.#failed.size + this.#notYet.size + this.#blocked.size;
    return {
      done: this.#done,
      failed: [...this.#failed.values()],
      notYet: [...this.#notYet.values()],
      blocked: [...this.#blocked.values()],
      interrupted: this.#request.signal.aborted && ended < this.#request.plan.tasks.length,
    };
  }

  /** An error of ours, or of the disk: the tasks that run are stopped, the first error is told at the end. */
  readonly #giveUp = (error: unknown): void => {
    this.#errors.push(error);
    this.#stop.abort();
  };

  /** Takes tasks whose inputs are settled, in the queue's order, until all slots are taken. */
  async #startWhatCan(): Promise<void> {
    while (!this.#signal.aborted && this.#running.size < this.#services.executor.slots) {
      const task = this.#queue.next();
      if (!task) return;
      const missing = inputRecipes(task).find((recipe) => !this.#done.has(recipe));
      if (missing !== undefined) {
        this.#blocked.set(task.recipe, task);
        const by = this.#failed.get(missing) ?? this.#notYet.get(missing) ?? this.#blocked.get(missing)!;
        this.#request.listener({ type: 'task-blocked', task, by });
        this.#queue.settle(task);
      } else {
        await this.#start(task);
      }
    }
  }

  /** Takes what the store holds for the inputs as they are now, or begins the work. */
  async #start(task: Task): Promise<void> {
    const { survey, listener } = this.#request;
    const executions = await this.#services.store.executions(task.kind, task.recipe);
    const status = taskStatus(task, executions, this.#done, survey.evidence);
    if (status.state === 'done') {
      this.#take(task, status);
      this.#queue.settle(task);
      return;
    }
    if (task.notYet !== null) {
      this.#notYet.set(task.recipe, task);
      listener({ type: 'task-not-yet', task, what: task.notYet });
      this.#queue.settle(task);
      return;
    }
    if (status.reason.kind === 'images-missing' || status.reason.kind === 'file-missing') {
      await this.#fail(task, status.reason.message);
      this.#queue.settle(task);
      return;
    }
    const lease = await this.#services.store.lease(task);
    if ('heldBy' in lease) {
      this.#others.waitFor(task, lease.heldBy);
      return;
    }
    const work = this.#workOnce(task, status.reason).catch(this.#giveUp);
    this.#running.set(
      task.recipe,
      work.finally(async () => {
        await lease.release().catch(this.#giveUp);
        this.#running.delete(task.recipe);
        this.#queue.settle(task);
      }),
    );
  }

  /** Whoever had the lease before may have finished it between our look and our lease. */
  async #workOnce(task: Task, reason: Reason): Promise<void> {
    const { store } = this.#services;
    const executions = await store.executions(task.kind, task.recipe);
    const status = taskStatus(task, executions, this.#done, this.#request.survey.evidence);
    if (status.state === 'done') this.#take(task, status);
    else await this.#work(task, reason);
  }

  /** What the store holds stands for the task. */
  #take(task: Task, { execution, unchecked }: Extract<TaskStatus, { readonly state: 'done' }>): void {
    this.#done.set(task.recipe, execution);
    this.#services.tracker.link(task, this.#stored(execution));
    this.#request.listener({ type: 'task-cached', task, execution, ...(unchecked && { unchecked }) });
  }

  async #fail(task: Task, message: string): Promise<void> {
    this.#failed.set(task.recipe, task);
    await this.#services.store.recordFailure(task, message);
    this.#request.listener({ type: 'task-failed', task, message });
    if (this.#request.failFast) this.#stop.abort();
  }

  async #work(task: Task, reason: Reason): Promise<void> {
    const { listener } = this.#request;
    listener({ type: 'task-started', task, reason });
    let furthest = 0;
    for (let attempts = 1; ; attempts++) {
      const end = await this.#attempt(task, (place) => {
        if (place <= furthest) return;
        furthest = place;
        attempts = 1;
      });
      if (end.type === 'crashed' && attempts < MAX_ATTEMPTS && !this.#signal.aborted) {
        await this.#services.tracker.end(task, { end: 'failed', message: `The worker died (${end.cause}).` });
        listener({ type: 'task-repeated', task, cause: end.cause });
        continue;
      }
      await this.#conclude(task, end);
      return;
    }
  }

  /** @param resumes told the place that it goes on from */
  async #attempt(task: Task, resumes: (place: number) => void): Promise<AttemptEnd> {
    const { store } = this.#services;
    const attempt = await store.begin(task);
    try {
      const end = await this.#execute(attempt, resumes);
      if (end.type !== 'published') await store.discard(attempt);
      return end;
    } catch (error) {
      // The first error counts; what cannot be removed now is removed by the next attempt.
      await store.discard(attempt).catch(() => undefined);
      throw error;
    }
  }

  async #execute(attempt: Attempt, resumes: (place: number) => void): Promise<AttemptEnd> {
    const { store, executor, tracker } = this.#services;
    const { task } = attempt;
    const fingerprint = this.#request.survey.evidence.fingerprint(task);
    const inputs = inputDigests(
      task,
      this.#done,
      fingerprint && 'digest' in fingerprint ? fingerprint.digest : undefined,
    );
    const startedAt = new Date();
    const saved = await store.savedPlace(attempt, inputs);
    if (saved) {
      resumes(saved.place);
      tracker.resume(task);
      this.#request.listener({ type: 'task-resumed', task, place: saved.place });
    } else tracker.start(task);
    const end = await executor.execute(
      this.#order(attempt, inputs, saved),
      (message) => {
        this.#hear(task, message);
      },
      this.#signal,
    );
    if (end.type !== 'done') return end;
    const seconds = (saved?.seconds ?? 0) + (Date.now() - startedAt.getTime()) / 1000;
    const execution = await store.publish(attempt, {
      inputs,
      environment: end.environment,
      startedAt,
      seconds,
      ...(end.peakMemoryBytes !== undefined && { peakMemoryBytes: end.peakMemoryBytes }),
      // Of one that went on, a part of the work lies before.
      ...(end.workSeconds !== undefined &&
        !saved && { setupSeconds: Math.max(0, seconds - end.workSeconds) }),
    });
    return { type: 'published', execution };
  }

  async #conclude(task: Task, end: AttemptEnd): Promise<void> {
    const { listener } = this.#request;
    const { tracker } = this.#services;
    if (end.type === 'published') {
      this.#done.set(task.recipe, end.execution);
      await tracker.end(task, { end: 'finished', ...this.#stored(end.execution) });
      listener({ type: 'task-finished', task, execution: end.execution });
    } else if (this.#signal.aborted && (end.type === 'interrupted' || end.type === 'crashed')) {
      await tracker.end(task, { end: 'interrupted' });
      listener({ type: 'task-interrupted', task });
    } else {
      await tracker.end(task, { end: 'failed', message: failureOf(end) });
      await this.#fail(task, failureOf(end));
      if (end.type === 'failed' && end.damaged) await this.#setAside(task, end.damaged);
    }
  }

  #stored(execution: Execution): Stored {
    return { execution, directory: this.#services.store.directoryOf(execution) };
  }

  /** The next run makes a damaged artifact again, since the store no longer has it; in this one it counts as failed. */
  async #setAside(task: Task, damaged: Execution): Promise<void> {
    // Several tasks may have met the same damage.
    if (!this.#done.delete(damaged.recipe)) return;
    this.#failed.set(
      damaged.recipe,
      this.#request.plan.tasks.find(({ recipe }) => recipe === damaged.recipe)!,
    );
    const movedTo = await this.#services.store.setAside(damaged);
    const message = `A file of the ${damaged.kind} artifact ${damaged.recipe.slice(0, 12)} is not what was stored.`;
    this.#request.listener({ type: 'artifact-damaged', task, message, movedTo });
  }

  #order(
    { task, directory, savePoints }: Attempt,
    digests: Publication['inputs'],
    saved: SavedPlace | undefined,
  ): TaskOrder {
    const locate = (recipe: string) => this.#stored(this.#done.get(recipe)!);
    const inputs = Object.fromEntries(
      Object.entries(task.inputs).map(([role, input]) => [role, [input].flat().map(locate)]),
    );
    const { sources, plugins } = this.#request;
    const source = sources.find(task);
    const file = sources.fileOf(task);
    const { checkpoint: policy, memoryGiB } = experimentOf(task, this.#request.plan);
    const hosts = hostsOf(task, this.#request.plan);
    const savePlaces = { directory: savePoints, policy, inputs: digests, accept: this.#request.accept };
    return {
      ...{ task, inputs, directory, plugins, savePlaces, memoryGiB },
      ...(source && { source }),
      ...(file !== undefined && { file }),
      ...(saved && { resumed: saved }),
      ...(hosts.length > 1 && { hosts }),
    };
  }

  #hear(task: Task, message: TaskMessage): void {
    const { listener } = this.#request;
    switch (message.type) {
      case 'progress':
        listener({ ...message, type: 'task-progress', task });
        break;
      case 'metric':
        this.#services.tracker.metric(task, message.key, message.value, message.step);
        listener({ ...message, type: 'task-metric', task });
        break;
      case 'log':
        listener({ type: 'task-log', task, text: message.text });
        break;
    }
  }
}

function endOf({ interrupted, failed, notYet, blocked }: Outcome): RunEnd {
  if (interrupted) return 'interrupted';
  return failed.length + notYet.length + blocked.length > 0 ? 'failed' : 'finished';
}

function failureOf(end: Unfinished): string {
  switch (end.type) {
    case 'failed':
      return end.message;
    case 'crashed':
      return `The worker died twice (${end.cause}).${killedAdvice(end.cause)}`;
    case 'interrupted':
      return 'Internal error: the task stopped although nobody had asked it to.';
  }
}
