import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type File, offences } from './support/architecture.js';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

test('src keeps to its architecture', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path): File => ({ path, text: readFileSync(join(src, path), 'utf8') }));
  assert.ok(files.length > 50, `${files.length} files in ${src}`);
  assert.deepEqual(offences(files), []);
});

/** Each made-up tree breaks one rule, so that the test above is known to be able to fail. */
describe('an offence is named by file, line and what is wrong', () => {
  const broken: Record<string, { files: Record<string, string>; found: string[] }> = {
    'a layer that imports a higher one': {
      files: {
        'spec/load.ts': "\nimport { makePlan } from '../plan/make-plan.js';",
        'plan/make-plan.ts': '',
      },
      found: ['src/spec/load.ts:2 spec must not import plan (src/plan/make-plan.ts)'],
    },
    'a type import': {
      files: { 'util/a.ts': "import type { B } from '../spec/b.js';", 'spec/b.ts': '' },
      found: ['src/util/a.ts:1 util must not import spec (src/spec/b.ts)'],
    },
    'an import over several lines': {
      files: { 'util/a.ts': "import {\n  b,\n} from '../spec/b.js';", 'spec/b.ts': '' },
      found: ['src/util/a.ts:1 util must not import spec (src/spec/b.ts)'],
    },
    'a re-export': {
      files: { 'util/a.ts': "export * from '../spec/b.js';", 'spec/b.ts': '' },
      found: ['src/util/a.ts:1 util must not import spec (src/spec/b.ts)'],
    },
    'a dynamic import': {
      files: { 'util/a.ts': "const b = () =>\n  import('../spec/b.js');", 'spec/b.ts': '' },
      found: ['src/util/a.ts:2 util must not import spec (src/spec/b.ts)'],
    },
    'an import for its effects': {
      files: { 'util/a.ts': "import '../spec/b.js';", 'spec/b.ts': '' },
      found: ['src/util/a.ts:1 util must not import spec (src/spec/b.ts)'],
    },
    'an import of a type in place': {
      files: { 'util/a.ts': "let b: import('../spec/b.js').B;", 'spec/b.ts': '' },
      found: ['src/util/a.ts:1 util must not import spec (src/spec/b.ts)'],
    },
    'a stage that imports another': {
      files: { 'stages/a/x.ts': "import { y } from '../b/y.js';", 'stages/b/y.ts': '' },
      found: ['src/stages/a/x.ts:1 stages/a must not import stages/b (src/stages/b/y.ts)'],
    },
    'a worker that imports more of the executors than the protocol': {
      files: {
        'worker.ts': "import './executors/worker-protocol.js';\nimport './executors/local-executor.js';",
        'executors/worker-protocol.ts': '',
        'executors/local-executor.ts': '',
      },
      found: ['src/worker.ts:2 worker must not import executors (src/executors/local-executor.ts)'],
    },
    'a folder that the table does not know': {
      files: { 'attic/a.ts': '' },
      found: ['src/attic/a.ts:1 the table of layers has no attic'],
    },
    'a file that is not there': {
      files: { 'util/a.ts': "import './b.js';" },
      found: ['src/util/a.ts:1 there is no src/util/b.ts'],
    },
    'inversify in a class': {
      files: { 'run/runner.ts': "import { Container } from 'inversify';" },
      found: [
        'src/run/runner.ts:1 inversify belongs in container.ts, worker-container.ts and module.ts files',
      ],
    },
    'TensorFlow outside nn': {
      files: { 'image/a.ts': "import * as tf from '@tensorflow/tfjs-core';" },
      found: ['src/image/a.ts:1 @tensorflow/tfjs-core belongs in nn'],
    },
    'printing outside the command line': {
      files: { 'report/a.ts': "\nconsole.log('x');", 'cli/a.ts': "console.log('x');" },
      found: ['src/report/a.ts:2 only the command line prints'],
    },
    'a long file': {
      files: { 'util/a.ts': 'x;\n'.repeat(401) },
      found: ['src/util/a.ts:401 the file has 401 lines, at most 400 are allowed'],
    },
    'a command line that loads more than its table': {
      files: {
        'cli.ts':
          "import './cli/command-table.js';\nimport './util/a.js';\nawait import('./util/a.js');\nimport type { A } from './util/a.js';",
        'cli/command-table.ts': "export { A } from '../util/a.js';",
        'util/a.ts': '',
      },
      found: [
        'src/cli.ts:2 --help would load src/util/a.ts',
        'src/cli/command-table.ts:1 --help would load src/util/a.ts',
      ],
    },
    'a circle': {
      files: {
        'util/a.ts': "import './b.js';",
        'util/b.ts': "\nimport type { C } from './c.js';",
        'util/c.ts': "import('./a.js');",
      },
      found: ['src/util/a.ts:1 imports in a circle: util/a.ts -> util/b.ts -> util/c.ts -> util/a.ts'],
    },
  };
  for (const [name, { files, found }] of Object.entries(broken)) {
    test(name, () => {
      const list = Object.entries(files).map(([path, text]): File => ({ path, text }));
      assert.deepEqual(offences(list), found);
    });
  }
});

test('words in comments and texts are no imports and print nothing', () => {
  const text = [
    "// import { x } from '../plan/plan.js';",
    "/* import('../plan/plan.js'); console.log(1) */",
    'const a = "import b from \'../plan/plan.js\'";',
    'const c = `console.log(${a})`;',
  ].join('\n');
  assert.deepEqual(
    offences([
      { path: 'util/a.ts', text },
      { path: 'plan/plan.ts', text: '' },
    ]),
    [],
  );
});
