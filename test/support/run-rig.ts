/** Runs plans of toy tasks and writes down what happened, a line an event. */
import type { Plan } from '../../src/plan/plan.js';
import type { ArtifactStore } from '../../src/run/artifact-store.js';
import type { Outcome, RunEvent } from '../../src/run/event.js';
import type { Executor } from '../../src/run/executor.js';
import { Runner } from '../../src/run/runner.js';
import type { DoneTask } from '../../src/run/last-run.js';
import { Sources } from '../../src/run/sources.js';
import { survey } from '../../src/run/survey.js';
import type { Tracker } from '../../src/run/tracker.js';
import type { Files } from '../../src/run/task-host.js';
import { SavePointFiles } from '../../src/stores/save-point-files.js';
import { DirectoryReader, DirectoryWriter } from '../../src/stores/artifact-files.js';
import type { Disk } from '../../src/util/disk.js';
import { MemoryDataset } from './memory-dataset.js';

export interface RunServices {
  readonly store: ArtifactStore;
  readonly executor: Executor;
  readonly tracker: Tracker;
}

export interface Watch {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  /** Takes the lines, so that they are there when the run rejects too. */
  readonly lines?: string[];
  /** What was done when the experiments were last run. */
  readonly lastRun?: readonly DoneTask[];
  readonly freshCode?: string;
  readonly failFast?: boolean;
}

export async function runPlan(
  plan: Plan,
  { store, executor, tracker }: RunServices,
  {
    signal = new AbortController().signal,
    onEvent,
    lines = [],
    lastRun = [],
    freshCode,
    failFast = false,
  }: Watch = {},
): Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }> {
  // Sets in memory lie nowhere, so what names them is where they are.
  const sources = new Sources(plan.tasks.flatMap(({ dataset }) => (dataset ? [[dataset, dataset]] : [])));
  const services = {
    store,
    dataset: new MemoryDataset(),
    environment: () => executor.environment(),
    lastRun: () => Promise.resolve(lastRun),
  };
  const surveyed = await survey(plan, sources, services, { ...(freshCode !== undefined && { freshCode }) });
  const listener = (event: RunEvent) => {
    const line = lineOf(event);
    if (line !== undefined) lines.push(line);
    onEvent?.(event);
  };
  const outcome = await new Runner(store, executor, tracker).run({
    ...{ plan, survey: surveyed, sources, plugins: [], listener, signal, failFast, accept: false },
    report: () => Promise.resolve([]),
  });
  return { outcome, lines };
}

/** Without metrics and progress. */
export function lineOf(event: RunEvent): string | undefined {
  const name = `${event.type.replace('task-', '')} ${event.task.stage}`;
  switch (event.type) {
    case 'task-started':
      return `${name}: ${event.reason.kind}`;
    case 'task-failed':
      return `${name}: ${event.message}`;
    case 'task-repeated':
      return `${name}: ${event.cause}`;
    case 'task-log':
      return `${name}: ${event.text.trimEnd()}`;
    case 'task-blocked':
      return `${name} by ${event.by.stage}`;
    case 'artifact-damaged':
      return `${name}: ${event.message.replace(/[0-9a-f]{12}/, '<recipe>')}`;
    case 'task-waiting':
      return `${name}: ${event.owner}`;
    case 'task-not-yet':
      return `${name}: ${event.what}`;
    case 'task-progress':
    case 'task-metric':
      return undefined;
    case 'task-cached':
    case 'task-finished':
    case 'task-resumed':
    case 'task-interrupted':
      return name;
  }
}

export function filesOn(disk: Disk): Files {
  return {
    reader: (directory, execution) => new DirectoryReader(disk, directory, execution),
    writer: (directory) => new DirectoryWriter(disk, directory),
    savePoints: (places, environment) => new SavePointFiles(disk, places, environment),
  };
}
