/** A mistake of the user, or of what was given to us, met in the middle of the work: the message is for people, a stack is not. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}
