/** Waits for what nothing tells of, such as a file of another process. */
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks: as soon as there is time would keep a processor busy that the other process needs. */
const PAUSE_MS = 10;

/** Returns once it holds; the test's own time limit ends what never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(PAUSE_MS);
}
