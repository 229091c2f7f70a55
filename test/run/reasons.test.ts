/** Why a task is to do, for each kind of reason: what is changed, and what the plan then says and the run does. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DatasetError } from '../../src/data/dataset.js';
import type { TaskEnd } from '../../src/run/executor.js';
import { CPU, Machine, type MachineOptions, type MachineRun } from '../support/machine.js';
import { MemoryDisk } from '../support/memory-disk.js';

const SPEC = `title: Toys
data: { kind: embedded }
stages:
  two: { kind: number, value: 2 }
  three: { kind: number, value: 3 }
  five: { kind: sum, left: two, right: three }
  seven: { kind: sum, left: five, right: two }
`;

const WAITS = /^needs [0-9a-f]{12}, which is to do$/;

async function toys(text = SPEC): Promise<(options?: MachineOptions) => Machine> {
  const disk = new MemoryDisk();
  await disk.writeFile('/toys.yaml', text);
  return (options) => new Machine(disk, options);
}

async function afterRun(): Promise<(options?: MachineOptions) => Machine> {
  const machine = await toys();
  await machine().run('toys.yaml');
  return machine;
}

const failing = (stage: string, message: string): MachineOptions => ({
  script: ({ task }) =>
    Promise.resolve<TaskEnd | undefined>(task.stage === stage ? { type: 'failed', message } : undefined),
});

describe('a task is to do', () => {
  test('because it is new', async () => {
    const machine = await toys();
    const { two, five } = await machine().states('toys.yaml');
    assert.equal(two, 'new');
    assert.match(five!, WAITS);
  });

  test('because it failed: the message stays until it succeeds, whatever else is tried before', async () => {
    const machine = await toys();
    const { outcome } = await machine(failing('three', 'No.\nat step 3')).run('toys.yaml');
    assert.deepEqual(
      [outcome.failed, outcome.blocked].map((tasks) => tasks.map(({ stage }) => stage)),
      [['three'], ['five', 'seven']],
    );
    const { two, three, five } = await machine().states('toys.yaml');
    assert.equal(two, 'done');
    assert.match(three!, /^failed on \d{4}-\d\d-\d\d \d\d:\d\d: No\.$/);
    assert.match(five!, WAITS);
    await machine(failing('three', 'Again no.')).run('toys.yaml');
    assert.match((await machine().states('toys.yaml'))['three']!, /: Again no\.$/);
    await machine().run('toys.yaml');
    assert.equal((await machine().states('toys.yaml'))['three'], 'done');
  });

  test('because its kind has another version; what follows waits, what does not stays done', async () => {
    const machine = await afterRun();
    const states = await machine({ version: '2' }).states('toys.yaml');
    assert.equal(states['two'], 'its kind has version 2 now, 1 before');
    assert.match(states['five']!, WAITS);
    const { lines } = await machine({ version: '2' }).run('toys.yaml');
    assert.ok(lines.includes('started two: version-changed'));
    // Another recipe, and the same bits: what follows has another recipe too.
    assert.ok(lines.includes('started five: input-changed'));
  });

  test('because a parameter changed, with both values; what does not need it stays done', async () => {
    const machine = await afterRun();
    const run: MachineRun = { sets: ['stages.three.value=40'] };
    const states = await machine().states('toys.yaml', run);
    assert.deepEqual([states['two'], states['three']], ['done', 'value changed from 3 to 40']);
    assert.match(states['five']!, WAITS);
    assert.match(states['seven']!, WAITS);
    await machine().run('toys.yaml', run);
    assert.deepEqual(new Set(Object.values(await machine().states('toys.yaml', run))), new Set(['done']));
    // Going back costs nothing: the store still holds what was made before.
    assert.deepEqual(new Set(Object.values(await machine().states('toys.yaml'))), new Set(['done']));
  });

  test('because it is new beside members of its stage that were done before: no change is made up', async () => {
    const members = (values: string) =>
      SPEC.replace(
        /two: .*/,
        `two: { kind: number, matrix: { value: [${values}] }, value: '\${value}' }`,
      ).replace(/ {2}(five|seven): .*\n/g, '');
    const disk = new MemoryDisk();
    const statesWith = async (values: string) => {
      await disk.writeFile('/toys.yaml', members(values));
      return new Machine(disk).states('toys.yaml');
    };
    await disk.writeFile('/toys.yaml', members('2'));
    await new Machine(disk).run('toys.yaml');
    assert.equal((await statesWith('2, 8'))['two'], 'new');
    assert.equal((await statesWith('8'))['two'], 'value changed from 2 to 8');
  });

  test('because it reads another task than before', async () => {
    const machine = await afterRun();
    const run: MachineRun = { sets: ['stages.seven.right=three'] };
    const states = await machine().states('toys.yaml', run);
    assert.match(states['seven']!, /^terms changed from [0-9a-f]{12}/);
    assert.deepEqual([states['two'], states['three'], states['five']], ['done', 'done', 'done']);
  });

  test('because its images are not here: the plan says so, and the run refuses before it begins', async () => {
    const listed = `${SPEC.replace('kind: embedded', 'kind: image-folder, root: /nowhere/at/all')}  listed: { kind: index, split: val }\n`;
    const machine = await toys(listed);
    const states = await machine().states('toys.yaml');
    assert.match(states['listed']!, /^its images are not here: There is no folder \/nowhere\/at\/all/);
    assert.equal(states['two'], 'new');
    const here = machine();
    await assert.rejects(here.run('toys.yaml'), DatasetError);
    assert.deepEqual(here.executor.ran, []);
    assert.ok((await machine().states('toys.yaml'))['listed']!.startsWith('its images are not here'));
  });

  test('because other code made it, where that is asked for', async () => {
    const machine = await afterRun();
    const fresh = { freshCode: 'f'.repeat(64) };
    assert.equal(
      (await machine().states('toys.yaml', fresh))['two'],
      'made by another version of Stagecraft',
    );
    assert.equal((await machine().states('toys.yaml', { freshCode: CPU.code }))['two'], 'done');
    assert.equal((await machine().states('toys.yaml'))['two'], 'done');
  });
});

describe('after a failure', () => {
  const bad = failing('two', 'No.');

  test('everything that does not need it is done', async () => {
    const machine = await toys(`${SPEC}  nine: { kind: number, value: 9 }\n`);
    const { outcome, lines } = await machine(bad).run('toys.yaml');
    assert.deepEqual(
      [...lines.slice(0, 2), ...lines.slice(-2)],
      [...['started two: new', 'failed two: No.', 'started nine: new', 'finished nine']],
    );
    assert.equal(outcome.done.size, 2);
    assert.equal(outcome.interrupted, false);
  });

  test('with failFast nothing else is begun, what runs is stopped, and the run is no interrupted one', async () => {
    const machine = await toys(`${SPEC}  nine: { kind: number, value: 9 }\n`);
    let stopped = false;
    const { outcome, lines } = await machine({
      slots: 2,
      script: ({ task }, signal) =>
        task.stage === 'two'
          ? Promise.resolve<TaskEnd>({ type: 'failed', message: 'No.' })
          : new Promise<TaskEnd>((resolve) => {
              signal.addEventListener('abort', () => {
                stopped = true;
                resolve({ type: 'interrupted' });
              });
            }),
    }).run('toys.yaml', { failFast: true });
    assert.ok(stopped);
    assert.deepEqual(lines, [
      ...['started two: new', 'started three: new', 'failed two: No.', 'interrupted three'],
    ]);
    assert.deepEqual(
      outcome.failed.map(({ stage }) => stage),
      ['two'],
    );
    assert.equal(outcome.interrupted, false);
    // The next run goes on with what was stopped, which is no failure.
    const { lines: next } = await machine().run('toys.yaml');
    assert.ok(next.includes('started three: new'));
  });
});

describe('several specs', () => {
  test('are one plan: what they share runs once, and a folder of each holds its tables', async () => {
    const disk = new MemoryDisk();
    const table = (rows: string) => `tables:\n  t: { rows: [${rows}], columns: [value] }\n`;
    await disk.writeFile('/one.yaml', SPEC + table('two, five'));
    await disk.writeFile('/other.yaml', SPEC.replace('seven', 'eight') + table('three'));
    const machine = new Machine(disk);
    const { plan } = await machine.plan(['one.yaml', 'other.yaml']);
    assert.deepEqual(
      plan.experiments.map(({ name, tables }) => [name, tables.length]),
      [
        ['one', 1],
        ['other', 1],
      ],
    );
    const { tables, directory } = await machine.run(['one.yaml', 'other.yaml']);
    assert.deepEqual(machine.executor.ran.filter((stage) => stage !== 't').sort(), [
      'five',
      'seven',
      'three',
      'two',
    ]);
    assert.deepEqual(
      tables.map(({ file, table: { rows } }) => [file, rows.length]),
      [
        ['/runs/one/t.md', 2],
        ['/runs/other/t.md', 1],
      ],
    );
    assert.equal(directory, '/runs/one+other');
    assert.deepEqual(await disk.list('/runs'), ['one', 'other', 'store']);
  });

  test('of one name are refused', async () => {
    const disk = new MemoryDisk();
    await disk.makeDirectory('/sub');
    for (const path of ['/toys.yaml', '/sub/toys.yaml']) await disk.writeFile(path, SPEC);
    await assert.rejects(new Machine(disk).plan(['toys.yaml', 'sub/toys.yaml']), {
      message: 'Two of the specs are called "toys", so their results would lie in one folder.',
    });
  });

  test('that expect different things of one set are refused; what one expects holds for the other', async () => {
    const disk = new MemoryDisk();
    const expecting = (classes: string) =>
      SPEC.replace('kind: embedded', `kind: image-folder, name: pets, root: /a${classes}`);
    await disk.writeFile('/one.yaml', expecting(', expect: { classes: 2 }'));
    await disk.writeFile('/other.yaml', expecting(', expect: { classes: 3 }'));
    await assert.rejects(new Machine(disk).plan(['one.yaml', 'other.yaml']), {
      message: 'The images called "pets" are expected to be two things: {"classes":2} and {"classes":3}.',
    });
    await disk.writeFile('/other.yaml', expecting(''));
    for (const paths of [
      ['one.yaml', 'other.yaml'],
      ['other.yaml', 'one.yaml'],
    ]) {
      const { sources } = await new Machine(disk).plan(paths);
      assert.deepEqual(sources.all()[0]!.expect, { classes: 2 });
    }
  });

  test('with one set of images at two roots are refused, by its name and both folders', async () => {
    const disk = new MemoryDisk();
    const at = (root: string) =>
      SPEC.replace('kind: embedded', `kind: image-folder, name: pets, root: ${root}`);
    await disk.writeFile('/one.yaml', at('/a'));
    await disk.writeFile('/other.yaml', at('/b'));
    await assert.rejects(new Machine(disk).plan(['one.yaml', 'other.yaml']), {
      message: 'The images called "pets" lie in two places: /a and /b.',
    });
    await disk.writeFile('/other.yaml', at('/a'));
    assert.equal((await new Machine(disk).plan(['one.yaml', 'other.yaml'])).plan.experiments.length, 2);
  });
});
