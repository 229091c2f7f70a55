/** The two composition roots, and the product with parts of the tests in the place of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContainer, localWorkers } from '../../src/container.js';
import { DatasetsByKind } from '../../src/data/datasets/by-kind.js';
import { Engine } from '../../src/nn/engine.js';
import { readInstallation } from '../../src/nn/installation.js';
import { Planner } from '../../src/planner.js';
import { SpecPlugins } from '../../src/plugins/spec-plugins.js';
import { ArtifactStore } from '../../src/run/artifact-store.js';
import { Executor } from '../../src/run/executor.js';
import { Runner } from '../../src/run/runner.js';
import { RunsDirectory } from '../../src/run/runs-directory.js';
import { Stage } from '../../src/run/stage.js';
import { TaskHost } from '../../src/run/task-host.js';
import { Tracker } from '../../src/run/tracker.js';
import { Stagecraft } from '../../src/stagecraft.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { Disk } from '../../src/util/disk.js';
import { createWorkerContainer, STAGE_MODULES, workerMemory } from '../../src/worker-container.js';
import { FakeEngine } from '../support/fake-engine.js';
import { InlineExecutor, TEST_ENVIRONMENT } from '../support/inline-executor.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { filesOn } from '../support/run-rig.js';
import { TOY_DEFINITIONS, TOY_STAGES, VALUE_FILE } from '../support/toy.js';

const PORTS = [
  ...[ArtifactStore, DatasetsByKind, Disk, Executor, Planner, Runner],
  ...[RunsDirectory, SpecPlugins, Stagecraft, Tracker],
] as const;

test('every binding of the parent resolves, to the same object each time', () => {
  const container = createContainer({ runsDirectory: '/nowhere', backend: 'auto' });
  for (const port of PORTS) {
    const bound: unknown = container.get<unknown>(port);
    assert.ok(bound instanceof port, port.name);
    assert.equal(container.get<unknown>(port), bound);
  }
});

const { definitions: DEFINITIONS } = BUILT_IN_KINDS;

test('every kind that a worker finds a stage for is defined, and the others come to these or are not there yet', () => {
  const done = Object.keys(STAGE_MODULES);
  for (const kind of done)
    assert.ok(
      DEFINITIONS.some((definition) => definition.kind === kind),
      kind,
    );
  const others = DEFINITIONS.filter(({ kind }) => !done.includes(kind) && kind !== 'ensemble');
  for (const other of others) assert.ok(other.notYet?.({}, []) !== undefined, other.kind);
});

test('a worker finds the stage of each kind, with what it works on', async () => {
  for (const kind of Object.keys(STAGE_MODULES)) {
    const services = {
      engine: new FakeEngine(),
      environment: TEST_ENVIRONMENT,
      plugins: [],
      ...workerMemory(),
    };
    const container = await createWorkerContainer(kind, services);
    assert.deepEqual(
      container.getAll(Stage).map((stage) => stage.kind),
      [kind],
    );
    assert.ok(container.get(TaskHost) instanceof TaskHost);
    assert.equal(container.get(Engine), services.engine);
  }
});

test('stages that use no net resolve without an engine', async () => {
  for (const { kind, usesEngine } of DEFINITIONS) {
    if (usesEngine || !(kind in STAGE_MODULES)) continue;
    const services = { engine: undefined, environment: TEST_ENVIRONMENT, plugins: [], ...workerMemory() };
    const container = await createWorkerContainer(kind, services);
    assert.ok(container.get(TaskHost) instanceof TaskHost);
  }
});

test('a kind without a stage is an error of ours', async () => {
  const services = { engine: undefined, environment: TEST_ENVIRONMENT, plugins: [], ...workerMemory() };
  await assert.rejects(createWorkerContainer('trian', services), /Internal error: no stage of kind "trian"/);
});

test('workers get the backend that was asked for, or the one that is installed', () => {
  assert.equal(localWorkers('wasm').settings.backend, 'wasm');
  assert.equal(localWorkers('auto').settings.backend, readInstallation().backend);
});

const TOY_SPEC = `title: Toys
data: { kind: embedded }
stages:
  two: { kind: number, value: 2 }
  three: { kind: number, value: 3 }
  five: { kind: sum, left: two, right: three }
  ten: { kind: sum, left: five, right: five }
`;

test('a spec of other kinds is planned and run with other parts in the place of the product, by rebinding', async () => {
  const container = createContainer({ runsDirectory: '/runs', backend: 'wasm' });
  const disk = new MemoryDisk();
  const tracker = new RecordingTracker();
  const executor = new InlineExecutor(TOY_STAGES, filesOn(disk));
  container.rebind(Disk).toConstantValue(disk);
  container.rebind(Tracker).toConstantValue(tracker);
  container.rebind(Executor).toConstantValue(executor);
  const toys = new SpecPlugins({ definitions: TOY_DEFINITIONS, metrics: [] }, { names: [], folder: '/' });
  container.rebind(SpecPlugins).toConstantValue(toys);
  const app = container.get(Stagecraft);
  await disk.writeFile('/toys.yaml', TOY_SPEC);
  const options = { profile: undefined, sets: [], currentDirectory: '/' };
  const planned = await app.plan('toys.yaml', options);
  assert.ok(planned.ok);
  const run = () =>
    app.run(planned.value, { listener: () => undefined, signal: new AbortController().signal });
  const { outcome, directory } = await run();
  assert.equal(directory, '/runs/toys');
  assert.deepEqual(executor.ran, ['two', 'three', 'five', 'ten']);
  assert.deepEqual(tracker.lines, [
    ...['open toys', 'start two', 'metric two value=2 at 0', 'end two finished'],
    ...['start three', 'metric three value=3 at 0', 'end three finished'],
    ...['start five', 'end five finished', 'start ten', 'end ten finished', 'report spec: spec', 'close'],
  ]);
  const ten = planned.value.plan.tasks.at(-1)!;
  const store = container.get(ArtifactStore);
  assert.ok(store instanceof LocalStore);
  assert.equal(Buffer.from(await store.read(outcome.done.get(ten.recipe)!, VALUE_FILE)).toString(), '10');
  await run();
  assert.equal(executor.ran.length, 4);

  const changed = await app.plan('toys.yaml', { ...options, sets: ['stages.three.value=4'] });
  assert.ok(changed.ok);
  const { statuses } = await app.survey(changed.value);
  assert.deepEqual(
    [...statuses.values()].map(({ state }) => state),
    ['done', 'to-do', 'to-do', 'to-do'],
  );
});
