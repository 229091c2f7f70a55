/** Which MLflow server, and how to be let in: the environment variables that Python's client reads. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../util/user-error.js';

/** Where a server is and what it asks for. `url` may be printed; the rest holds secrets. */
export interface MlflowServer {
  /** Without credentials and trailing slash. */
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization?: string;
  readonly tls?: TlsSettings;
  /** Whether it is on this machine, behind no proxy whatever the environment says. */
  readonly isLocal?: boolean;
}

export interface TlsSettings {
  /** PEM; in place of the certificates that Node trusts. */
  readonly ca?: string;
  /** PEM, certificate and key in one file. */
  readonly clientCertificate?: string;
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The one variable without which nothing is sent. */
export const TRACKING_URI = 'MLFLOW_TRACKING_URI';

/**
 * @param variables MLFLOW_TRACKING_URI (with user and password in it, if they are), MLFLOW_TRACKING_USERNAME and
 *   _PASSWORD (basic), MLFLOW_TRACKING_TOKEN (bearer), MLFLOW_TRACKING_SERVER_CERT_PATH, _CLIENT_CERT_PATH and
 *   _INSECURE_TLS
 * @returns undefined where no server is named
 * @throws UserError for an address that is no server's, and for certificates that cannot be read
 */
export function serverFrom(variables: Variables): MlflowServer | undefined {
  const address = variables[TRACKING_URI]?.trim();
  if (!address) return undefined;
  const parsed = parseAddress(address);
  const authorization = authorizationFrom(parsed, variables);
  const tls = tlsFrom(variables);
  return {
    url: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`,
    ...(authorization !== undefined && { authorization }),
    ...(tls && { tls }),
  };
}

function parseAddress(address: string): URL {
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed;
  // What was written may hold a password, so only its kind is repeated.
  const found = parsed ? `begins with "${parsed.protocol}"` : 'is not an address';
  throw new UserError(
    `${TRACKING_URI} ${found}; runs are sent to a server, at http://... or https://...\n` +
      'For a server of your own over this folder of results: stagecraft ui',
  );
}

/** In the order of Python's client: user and password before a token. */
function authorizationFrom(address: URL, variables: Variables): string | undefined {
  const user = variables['MLFLOW_TRACKING_USERNAME'] ?? decoded(address.username);
  const password = variables['MLFLOW_TRACKING_PASSWORD'] ?? decoded(address.password);
  if (user !== '' && password !== '') return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const token = variables['MLFLOW_TRACKING_TOKEN'];
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new UserError('MLFLOW_TRACKING_TOKEN has a space, a line break or a letter that no token has.');
  return token ? `Bearer ${token}` : undefined;
}

/** Of a user or a password in an address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError(
      `${TRACKING_URI} has a user or password in which a "%" does not begin a code: write it as %25, or use MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.`,
    );
  }
}

function tlsFrom(variables: Variables): TlsSettings | undefined {
  const ca = certificate('MLFLOW_TRACKING_SERVER_CERT_PATH', variables);
  const clientCertificate = certificate('MLFLOW_TRACKING_CLIENT_CERT_PATH', variables);
  const insecure = isTrue('MLFLOW_TRACKING_INSECURE_TLS', variables);
  if (ca === undefined && clientCertificate === undefined && !insecure) return undefined;
  return {
    ...(ca !== undefined && { ca }),
    ...(clientCertificate !== undefined && { clientCertificate }),
    ...(insecure && { insecure }),
  };
}

/** In the words of Python's client. */
function isTrue(variable: string, variables: Variables): boolean {
  const word = variables[variable]?.trim().toLowerCase() ?? '';
  if (['true', '1'].includes(word)) return true;
  if (['', 'false', '0'].includes(word)) return false;
  throw new UserError(`${variable} is "${word}", but must be true or false.`);
}

function certificate(variable: string, variables: Variables): string | undefined {
  const path = variables[variable];
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${variable} names a file that cannot be read: ${(error as Error).message}`);
  }
}
