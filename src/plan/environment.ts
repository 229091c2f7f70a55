/** Whether two results were made in the same environment: hardware, backends and libraries that may change bits. */
import type { Environment } from './execution.js';
import { type Change, changesBetween } from './status.js';

/** What may change bits. Node's version and our code's digest are recorded too, but judged by other rules. */
function facts({ engine, imageLibrary, platform }: Environment): Readonly<Record<string, unknown>> {
  return {
    platform,
    ...(engine && {
      backend: engine.backend,
      library: engine.library,
      device: engine.device,
      threads: engine.threads,
      workers: engine.workers ?? 1,
    }),
    ...(imageLibrary !== undefined && { imageLibrary }),
  };
}

/** Workers at the host that has most of them share the threads that one alone would have. */
export function threadsEach(threads: number, hosts: readonly string[]): number {
  return Math.max(1, Math.floor(threads / mostAtOneHost(hosts)));
}

export function mostAtOneHost(hosts: readonly string[]): number {
  return Math.max(...hosts.map((host) => hosts.filter((other) => other === host).length));
}

/** What one worker is, as it is with others at `hosts`. */
export function amongWorkers(one: Environment, hosts: readonly string[]): Environment {
  if (!one.engine || hosts.length < 2) return one;
  const threads = threadsEach(one.engine.threads, hosts);
  return { ...one, engine: { ...one.engine, threads, workers: hosts.length } };
}

/** @param now of a whole worker; what a task of this kind does not use is left out */
export function environmentChanges(made: Environment, now: Environment): readonly Change[] {
  const before = facts(made);
  const current = Object.fromEntries(Object.entries(facts(now)).filter(([name]) => name in before));
  return changesBetween(before, current);
}

/** `TensorFlow 2.21.0 on cpu, 2 threads, libvips 8.16.0, linux-x64`. */
export function describeEnvironment({ engine, imageLibrary, platform }: Environment): string {
  const parts = [
    ...(engine
      ? [
          `${engine.library} on ${engine.device}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}${engine.workers === undefined ? '' : ` in each of ${engine.workers} workers`}`,
        ]
      : []),
    ...(imageLibrary === undefined ? [] : [imageLibrary]),
    platform,
  ];
  return parts.join(', ');
}
