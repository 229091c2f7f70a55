import { MlflowError } from './mlflow-error.js';

/** What an answer of the server has to hold. @throws MlflowError */
export function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new MlflowError(`The server's answer has no "${what}"`, { code: 'NOT_MLFLOW', mayPass: true });
}
