/** Our request and answer types are those of the server's own descriptors. MLFLOW_BIN as in the other judges. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { MLFLOW_BIN } from './support/mlflow-server.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = join(root, 'src/trackers/mlflow');

for (const [group, file] of [
  ['Runs', 'runs-api.ts'],
  ['Models', 'models-api.ts'],
] as const) {
  test(`${file} is what generate_api.py makes of the installed MLflow`, () => {
    const python = join(MLFLOW_BIN, 'python3');
    const generated = execFileSync(python, [join(folder, 'generate_api.py'), group], { encoding: 'utf8' });
    const prettier = join(root, 'node_modules/.bin/prettier');
    const formatted = execFileSync(prettier, ['--stdin-filepath', join(folder, file)], {
      ...{ cwd: root, input: generated, encoding: 'utf8' },
    });
    assert.equal(readFileSync(join(folder, file), 'utf8'), formatted);
  });
}
