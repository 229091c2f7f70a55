/** What the client makes of answers that are none, of servers that are away, slow or asked for too much, and of its own secrets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import test from 'node:test';
import { MlflowClient } from '../../../src/trackers/mlflow/client.js';
import type { CallOptions } from '../../../src/trackers/mlflow/endpoints.js';
import { MlflowError } from '../../../src/trackers/mlflow/mlflow-error.js';
import { serverFrom } from '../../../src/trackers/mlflow/server.js';

const NO_RETRY: CallOptions = { retry: { retries: 0, pauseMs: 0, maxPauseMs: 0 }, timeoutMs: 5000 };
const QUICK: CallOptions = { ...NO_RETRY, retry: { retries: 3, pauseMs: 0, maxPauseMs: 0 } };

interface Against {
  readonly client: MlflowClient;
  readonly requests: readonly IncomingMessage[];
}

/** A client of a server that answers as told, and the requests that came. */
async function against(
  answer: RequestListener,
  options: CallOptions,
  use: (against: Against) => Promise<void>,
): Promise<void> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address!.port : 0;
  const client = new MlflowClient(
    serverFrom({ MLFLOW_TRACKING_URI: `http://me:secret@127.0.0.1:${port}/sub/` })!,
    options,
  );
  try {
    await use({ client, requests });
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

const json = (response: ServerResponse, status: number, value: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

async function failureOf(work: Promise<unknown>): Promise<MlflowError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MlflowError, inspect(error));
  assert.doesNotMatch(inspect(error), /secret/);
  return error;
}

const RUN = { info: { run_id: 'r', artifact_uri: 'mlflow-artifacts:/1/r/artifacts' }, data: {} };

test('requests go below the path of the address, with the credentials in a header', async () => {
  await against(
    (_, response) => json(response, 200, { run: RUN }),
    NO_RETRY,
    async ({ client, requests }) => {
      await client.run('a/b');
      assert.equal(requests[0]!.url, '/sub/api/2.0/mlflow/runs/get?run_id=a%2Fb');
      assert.equal(
        requests[0]!.headers.authorization,
        `Basic ${Buffer.from('me:secret').toString('base64')}`,
      );
      assert.match(client.url, /^http:\/\/127\.0\.0\.1:\d+\/sub$/);
    },
  );
});

const ANSWERS: Readonly<
  Record<string, { answer: RequestListener; code: string; mayPass: boolean; says: RegExp }>
> = {
  'a refusal in the server’s words': {
    answer: (_, response) =>
      json(response, 400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'No such key' }),
    ...{ code: 'INVALID_PARAMETER_VALUE', mayPass: false, says: /answered 400: No such key/ },
  },
  'a page in HTML': {
    answer: (_, response) => response.writeHead(502).end('<html><b>Bad  gateway</b></html>'),
    ...{ code: 'NO_CODE', mayPass: true, says: /answered 502: Bad gateway/ },
  },
  'another program on the port': {
    answer: (_, response) => response.end('Welcome!'),
    ...{ code: 'NOT_MLFLOW', mayPass: true, says: /no MLflow answer: Welcome!/ },
  },
  'a path that is not MLflow’s': {
    answer: (_, response) => response.writeHead(404).end('<html>Not found</html>'),
    ...{
      code: 'NOT_MLFLOW',
      mayPass: false,
      says: /answered 404, but not as MLflow.*path in MLFLOW_TRACKING_URI/,
    },
  },
  'an answer without what was asked for': {
    answer: (_, response) => json(response, 200, {}),
    ...{ code: 'NOT_MLFLOW', mayPass: true, says: /has no "run"/ },
  },
  'a login that is wanted': {
    answer: (_, response) => response.writeHead(401).end('You are not authenticated.'),
    ...{ code: 'NO_CODE', mayPass: false, says: /answered 401: You are not.*MLFLOW_TRACKING_TOKEN/ },
  },
  'a connection that is cut': {
    answer: (request) => request.socket.destroy(),
    ...{ code: 'UNREACHABLE', mayPass: true, says: /cannot be reached: other side closed/ },
  },
  'an answer that is cut': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"run"');
      setImmediate(() => response.destroy());
    },
    ...{ code: 'UNREACHABLE', mayPass: true, says: /cannot be reached/ },
  },
};

for (const [what, { answer, code, mayPass, says }] of Object.entries(ANSWERS)) {
  test(`${what} is an error of the client, which says what came and whether it may pass`, async () => {
    await against(answer, NO_RETRY, async ({ client }) => {
      const error = await failureOf(client.run('x'));
      assert.deepEqual({ code: error.code, mayPass: error.facts.mayPass }, { code, mayPass });
      assert.match(error.message, says);
    });
  });
}

test('a server that does not answer in time is given up', async () => {
  await against(
    () => undefined,
    { ...NO_RETRY, timeoutMs: 50 },
    async ({ client }) => {
      const error = await failureOf(client.run('x'));
      assert.equal(error.code, 'TIMEOUT');
      assert.match(error.message, /did not answer within 0\.05 s/);
    },
  );
});

test('no server at all is named by its address and the reason', async () => {
  const client = new MlflowClient({ url: 'http://127.0.0.1:1' }, NO_RETRY);
  const error = await failureOf(client.run('x'));
  assert.match(error.message, /^MLflow at http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
  await client.close();
});

test('https to a server of http is said so at once', async () => {
  await against(
    (_, response) => response.end(),
    QUICK,
    async ({ client: { url } }) => {
      const client = new MlflowClient({ url: url.replace('http:', 'https:') }, NO_RETRY);
      const error = await failureOf(client.run('x'));
      assert.equal(error.facts.mayPass, false);
      assert.match(error.message, /speaks http, not https: write http:\/\/ in MLFLOW_TRACKING_URI/);
      await client.close();
    },
  );
});

test('secrets that a server says back are not repeated', async () => {
  await against(
    ({ headers }, response) =>
      json(response, 400, { error_code: 'X', message: `${headers.authorization} me:secret`.repeat(2) }),
    NO_RETRY,
    async ({ client }) => {
      const { message } = await failureOf(client.run('x'));
      assert.match(message, /answered 400: \*\*\* me:\*\*\*/);
      assert.doesNotMatch(message, new RegExp(Buffer.from('me:secret').toString('base64')));
    },
  );
});

test('a status that the server would pass over in silence is refused', async () => {
  await against(
    (_, response) => json(response, 200, {}),
    NO_RETRY,
    async ({ client, requests }) => {
      await assert.rejects(
        client.updateRun('x', { status: 'DONE' as 'FINISHED' }),
        /"DONE"; it must be one of RUNNING/,
      );
      assert.equal(requests.length, 0);
    },
  );
});

test('a server that is busy is asked again, as often as the policy says and when it says', async () => {
  let times = 0;
  await against(
    (_, response) => {
      times += 1;
      if (times < 3) response.writeHead(429, { 'retry-after': '0' }).end();
      else json(response, 200, { run: RUN });
    },
    QUICK,
    async ({ client, requests }) => {
      assert.equal((await client.run('x')).info?.run_id, 'r');
      assert.equal(requests.length, 3);
    },
  );
});

test('what would make a second one is not repeated', async () => {
  await against(
    (_, response) => response.writeHead(503).end(),
    QUICK,
    async ({ client, requests }) => {
      await failureOf(client.createRun({ experimentId: '1', name: 'x', startTime: 1 }));
      assert.equal(requests.length, 1);
      await failureOf(client.setExperimentTag('1', 'a', 'b'));
      assert.equal(requests.length, 1 + 4);
    },
  );
});

test('files of a server that keeps them elsewhere are refused with the way out', async () => {
  const client = new MlflowClient({ url: 'http://127.0.0.1:1' }, NO_RETRY);
  const error = await failureOf(client.artifacts.upload('s3://bucket/1', 'a.txt', Buffer.from('x')));
  assert.match(error.message, /s3:\/\/bucket\/1.*--artifacts-destination/);
  await client.close();
});
