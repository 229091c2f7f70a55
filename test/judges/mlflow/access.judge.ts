/** How a server lets us in: passwords, tokens, certificates of its own, proxies. MLFLOW_BIN as in the other judges. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { inspect, promisify } from 'node:util';
import { MlflowClient } from '../../../src/trackers/mlflow/client.js';
import { MlflowError } from '../../../src/trackers/mlflow/mlflow-error.js';
import { serverFrom } from '../../../src/trackers/mlflow/server.js';
import { Scratch } from '../../support/scratch.js';
import { MlflowServer } from './support/mlflow-server.js';

const NO_RETRY = { retry: { retries: 0, pauseMs: 0, maxPauseMs: 0 } };

async function withClient<T>(
  variables: Record<string, string>,
  use: (client: MlflowClient) => Promise<T>,
): Promise<T> {
  const client = new MlflowClient(serverFrom(variables)!, NO_RETRY);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function refusal(variables: Record<string, string>): Promise<MlflowError> {
  const error = await withClient(variables, (client) => client.experiment('Default')).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MlflowError, inspect(error));
  assert.equal(error.facts.mayPass, false);
  assert.doesNotMatch(inspect(error), /open sesame|secret/);
  return error;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? address!.port : 0;
}

test('a server with passwords lets us in with the right one, and says how without', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'), {
    arguments: ['--app-name', 'basic-auth'],
    env: {
      MLFLOW_FLASK_SERVER_SECRET_KEY: 'secret-key',
      MLFLOW_AUTH_ADMIN_PASSWORD: 'open sesame, please',
      MLFLOW_AUTH_CONFIG_PATH: await scratch.write(
        'auth.ini',
        `[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///${scratch.path('auth.db')}\nadmin_username = admin\nauthorization_function = mlflow.server.auth:authenticate_request_basic_auth\n`,
      ),
    },
  });
  const { url } = server;
  const names = { MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_USERNAME: 'admin' };
  const right = { ...names, MLFLOW_TRACKING_PASSWORD: 'open sesame, please' };
  assert.equal((await withClient(right, (client) => client.experiment('Default')))?.experiment_id, '0');
  for (const wrong of [{ MLFLOW_TRACKING_URI: url }, { ...names, MLFLOW_TRACKING_PASSWORD: 'secret' }])
    assert.match((await refusal(wrong)).message, /answered 401: .*MLFLOW_TRACKING_USERNAME/);
});

test('a server behind TLS of its own and a token is reached with its certificate, and not without', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'));
  const [key, certificate] = [scratch.path('key.pem'), scratch.path('certificate.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  const gate: RequestListener = (from, to) => {
    if (from.headers.authorization !== 'Bearer secret') {
      to.writeHead(401).end('Who are you?');
      return;
    }
    const { method, url, headers } = from;
    from.pipe(
      request(
        { port: server.port, method, path: url, headers: { ...headers, host: 'localhost' } },
        (answer) => {
          to.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(to);
        },
      ),
    );
  };
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, gate);
  try {
    const uri = { MLFLOW_TRACKING_URI: `https://127.0.0.1:${await listening(tls)}` };
    const token = { MLFLOW_TRACKING_TOKEN: 'secret' };
    const trusted = { MLFLOW_TRACKING_SERVER_CERT_PATH: certificate };
    const experiment = (variables: Record<string, string>) =>
      withClient({ ...uri, ...variables }, (client) => client.experiment('Default'));
    assert.equal((await experiment({ ...token, ...trusted }))?.experiment_id, '0');
    assert.equal((await experiment({ ...token, MLFLOW_TRACKING_INSECURE_TLS: 'true' }))?.experiment_id, '0');
    assert.match(
      (await refusal({ ...uri, ...token })).message,
      /cannot be reached: .*self-signed certificate/,
    );
    assert.match((await refusal({ ...uri, ...trusted })).message, /answered 401: Who are you\?/);
  } finally {
    tls.closeAllConnections();
    tls.close();
  }
});

test('a proxy that the environment names is gone through, unless it is told to be left out', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'));
  let tunnels = 0;
  const proxy = createServer();
  proxy.on('connect', (_, client: Socket) => {
    tunnels += 1;
    const target = connect(server.port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) socket.on('error', () => undefined);
  });
  const module = new URL('../../../src/trackers/mlflow/index.js', import.meta.url).href;
  const script = `const { MlflowClient } = await import('${module}');
    const client = MlflowClient.fromEnvironment();
    console.log((await client.experiment('Default')).experiment_id);
    await client.close();`;
  try {
    const http_proxy = `http://127.0.0.1:${await listening(proxy)}`;
    const ask = async (variables: Record<string, string>) => {
      const env = { ...process.env, http_proxy, ...variables };
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        env,
      });
      return stdout;
    };
    // A name that only the proxy knows.
    assert.equal(await ask({ MLFLOW_TRACKING_URI: 'http://localhost:1', no_proxy: '' }), '0\n');
    assert.equal(tunnels, 1);
    assert.equal(await ask({ MLFLOW_TRACKING_URI: server.url, no_proxy: '127.0.0.1' }), '0\n');
    assert.equal(tunnels, 1);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
