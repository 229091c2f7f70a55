/** Where the server is and how it lets us in stands in MLflow's own variables, and secrets stay there. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'node:test';
import { serverFrom } from '../../../src/trackers/mlflow/server.js';
import { Scratch } from '../../support/scratch.js';

const uri = (address: string, more: Record<string, string> = {}) =>
  serverFrom({ MLFLOW_TRACKING_URI: address, ...more });

test('without an address there is no server', () => {
  assert.equal(serverFrom({}), undefined);
  assert.equal(uri('  '), undefined);
});

test('an address keeps its path and loses its slash, credentials become a header', () => {
  assert.deepEqual(uri('http://localhost:5000/'), { url: 'http://localhost:5000' });
  assert.deepEqual(uri('https://h/ml/flow/'), { url: 'https://h/ml/flow' });
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  assert.deepEqual(uri('http://me:p%40ss@h:1'), { url: 'http://h:1', authorization: basic });
  const variables = { MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_PASSWORD: 'p@ss' };
  assert.deepEqual(uri('http://h:1', variables), { url: 'http://h:1', authorization: basic });
  assert.equal(uri('http://h', { MLFLOW_TRACKING_TOKEN: 't' })?.authorization, 'Bearer t');
  assert.equal(uri('http://h', { ...variables, MLFLOW_TRACKING_TOKEN: 't' })?.authorization, basic);
});

test('an address that is no server is a mistake with a way out, and is not repeated: it may hold a password', () => {
  for (const address of ['sqlite:///secret.db', 'secret/mlruns', 'databricks://secret', 'http://']) {
    assert.throws(
      () => uri(address),
      (error) => {
        assert.match(String(error), /MLFLOW_TRACKING_URI (begins with|is not an address).*stagecraft ui/s);
        assert.doesNotMatch(inspect(error), /secret/);
        return true;
      },
    );
  }
});

test('a token that no header can have is a mistake, and is not repeated', () => {
  assert.throws(() => uri('http://h', { MLFLOW_TRACKING_TOKEN: 'secret\n' }), {
    message: 'MLFLOW_TRACKING_TOKEN has a space, a line break or a letter that no token has.',
  });
});

test('certificates are read from the files that are named, and a missing one is a mistake', async () => {
  await using scratch = await Scratch.make();
  const file = await scratch.write('ca.pem', 'PEM');
  assert.deepEqual(uri('https://h', { MLFLOW_TRACKING_SERVER_CERT_PATH: file })?.tls, { ca: 'PEM' });
  assert.deepEqual(uri('https://h', { MLFLOW_TRACKING_INSECURE_TLS: 'true' })?.tls, { insecure: true });
  assert.equal(uri('https://h', { MLFLOW_TRACKING_INSECURE_TLS: 'false' })?.tls, undefined);
  assert.throws(() => uri('https://h', { MLFLOW_TRACKING_INSECURE_TLS: 'maybe' }), {
    message: 'MLFLOW_TRACKING_INSECURE_TLS is "maybe", but must be true or false.',
  });
  assert.throws(() => uri('https://h', { MLFLOW_TRACKING_CLIENT_CERT_PATH: `${file}.no` }), {
    message: /^MLFLOW_TRACKING_CLIENT_CERT_PATH names a file that cannot be read/,
  });
});
