/** What to do where a task had too little memory: it never gets more by being tried again. */

const ADVICE =
  'Give nets less memory at a time (a smaller memoryGiB in the spec, or --set memoryGiB=2), run fewer tasks at once (--slots 1), or use a machine with more.';

/** TensorFlow's RESOURCE_EXHAUSTED, V8's and Node's own words. */
const SIGNS =
  /TF_Status: 8\b|OOM when allocating|Array buffer allocation failed|Invalid typed array length|ENOMEM/;

/** A message for the user if an error means that memory was short; undefined for other errors. */
export function memoryProblem(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : String(error);
  return SIGNS.test(text) ? `There was not enough memory (${text.split('\n')[0]!}). ${ADVICE}` : undefined;
}

/** What a worker's end may mean besides: the system ends who takes too much. */
export function killedAdvice(cause: string): string {
  return /\bSIGKILL\b|\bSIGABRT\b/.test(cause)
    ? ` If nobody did that, the system did, for want of memory. ${ADVICE}`
    : '';
}
