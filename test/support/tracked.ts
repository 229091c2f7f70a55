/** What a tracker is told of tasks, for tests of trackers. */
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import type { Stored } from '../../src/run/tracker.js';

export const TOYS = { name: 'toys', title: 'Toys' };

/** An artifact of a task as the store describes it, with a file. */
export function storedOf({ recipe, kind, version, parameters }: Task, output = 'd'.repeat(64)): Stored {
  const execution: Execution = {
    ...{ format: 1, recipe, kind, version, parameters, output, inputs: {} },
    files: { 'value.json': { bytes: 2, sha256: 'a'.repeat(64) } },
    environment: { node: 'v24', platform: 'linux-x64', code: '1'.repeat(64) },
    ...{ host: 'here', startedAt: '2026-11-28T12:00:00.000Z', seconds: 1 },
  };
  return { execution, directory: `/runs/store/${kind}/${recipe}/one` };
}
