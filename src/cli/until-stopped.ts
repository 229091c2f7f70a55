/** Aborted by Ctrl-C, or by who else ends us. */
export function untilStopped(): AbortController {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop.abort();
    });
  return stop;
}
