/** Runs plans of toy tasks and writes down what happened, a line an event. */
import type { DatasetSource } from '../../src/data/dataset.js';
import type { Plan } from '../../src/plan/plan.js';
import type { ArtifactStore } from '../../src/run/artifact-store.js';
import type { Outcome, RunEvent } from '../../src/run/event.js';
import type { Executor } from '../../src/run/executor.js';
import { Runner } from '../../src/run/runner.js';
import { survey } from '../../src/run/survey.js';
import type { Tracker } from '../../src/run/tracker.js';
import type { Files } from '../../src/run/task-host.js';
import { DirectoryReader, DirectoryWriter } from '../../src/stores/artifact-files.js';
import type { Disk } from '../../src/util/disk.js';
import { MemoryDataset } from './memory-dataset.js';

export const TOY_SOURCE: DatasetSource = { kind: 'memory', name: 'nothing' };

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
}

export async function runPlan(
  plan: Plan,
  { store, executor, tracker }: RunServices,
  { signal = new AbortController().signal, onEvent, lines = [] }: Watch = {},
): Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }> {
  const surveyed = await survey(plan, TOY_SOURCE, { store, dataset: new MemoryDataset() });
  const listener = (event: RunEvent) => {
    const line = lineOf(event);
    if (line !== undefined) lines.push(line);
    onEvent?.(event);
  };
  const outcome = await new Runner(store, executor, tracker).run({
    ...{ plan, survey: surveyed, source: TOY_SOURCE, listener, signal },
  });
  return { outcome, lines };
}

/** Without metrics and progress. */
function lineOf(event: RunEvent): string | undefined {
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
    case 'task-progress':
    case 'task-metric':
      return undefined;
    case 'task-cached':
    case 'task-finished':
    case 'task-interrupted':
      return name;
  }
}

export function filesOn(disk: Disk): Files {
  return {
    reader: (directory, execution) => new DirectoryReader(disk, directory, execution),
    writer: (directory) => new DirectoryWriter(disk, directory),
  };
}
