/** The command line, whose peak memory is told to the parent process when it ends; for `bench`. */
process.on('exit', () => {
  process.send?.({ peakKib: process.resourceUsage().maxRSS });
});
// The channel to the parent must not keep the process.
process.channel?.unref();
await import('../cli.js');

export {};
