/** What a task takes of the machine, for trackers: sampled while it runs. */
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { TaskReporter } from './stage.js';

/** Begins the key of each of them, by which MLflow shows them apart. */
export const SYSTEM = 'system/';

/** Between two samples; a shorter task has none. */
const SAMPLE_MS = 10_000;

/**
 * @param secondsBefore of the tries that the task goes on from: its steps count on
 * @returns what ends the sampling
 */
export function sampleSystem(reporter: Pick<TaskReporter, 'metric'>, secondsBefore = 0): () => void {
  let [cpu, at, step] = [
    process.cpuUsage(),
    performance.now(),
    Math.ceil((1000 * secondsBefore) / SAMPLE_MS),
  ];
  const timer = setInterval(() => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    // Both are summed over cores: user and system in microseconds, the time that passed in ms.
    const part = (user + system) / 1000 / (now - at) / availableParallelism();
    [cpu, at] = [process.cpuUsage(), now];
    reporter.metric(`${SYSTEM}process_cpu_percent`, 100 * part, step);
    reporter.metric(`${SYSTEM}process_memory_megabytes`, process.memoryUsage.rss() / 1e6, step);
    reporter.metric(`${SYSTEM}machine_memory_percent`, 100 * (1 - freemem() / totalmem()), step);
    step += 1;
  }, SAMPLE_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
