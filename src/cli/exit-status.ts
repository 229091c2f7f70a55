/** Of a command that Ctrl-C or SIGTERM ended. */
export const INTERRUPTED = 130;
