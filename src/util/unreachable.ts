/** Closes a switch: the compiler refuses a case that is not handled. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected ${JSON.stringify(value)}`);
}
