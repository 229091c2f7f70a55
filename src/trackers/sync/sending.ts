/** Whether, where to and under which name runs are sent: the environment variables of MLflow. */
import { UserError } from '../../util/user-error.js';
import type { CallOptions } from '../mlflow/endpoints.js';
import { type MlflowServer, serverFrom } from '../mlflow/server.js';

export interface Sending {
  readonly server: MlflowServer;
  /** On the server, in place of the journal's own name. */
  readonly experiment: string | undefined;
  readonly options: Pick<CallOptions, 'timeoutMs'>;
}

/** In seconds, as Python's client reads it. */
const TIMEOUT = 'MLFLOW_HTTP_REQUEST_TIMEOUT';

/**
 * @returns undefined where no server is named
 * @throws UserError
 */
export function sendingFrom(variables: NodeJS.ProcessEnv): Sending | undefined {
  const server = serverFrom(variables);
  if (!server) return undefined;
  const name = variables['MLFLOW_EXPERIMENT_NAME'];
  const experiment = name === '' ? undefined : name;
  const text = variables[TIMEOUT];
  if (!text) return { server, experiment, options: {} };
  const seconds = Number(text);
  if (!(seconds > 0 && seconds < 1e6))
    throw new UserError(`${TIMEOUT} is "${text}", but must be seconds above 0.`);
  return { server, experiment, options: { timeoutMs: 1000 * seconds } };
}
