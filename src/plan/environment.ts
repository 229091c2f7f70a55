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
    }),
    ...(imageLibrary !== undefined && { imageLibrary }),
  };
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
          `${engine.library} on ${engine.device}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`,
        ]
      : []),
    ...(imageLibrary === undefined ? [] : [imageLibrary]),
    platform,
  ];
  return parts.join(', ');
}
