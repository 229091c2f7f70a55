/** Two machines on one store: what one has made, the other uses or makes anew, and says so. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeEnvironment } from '../../src/plan/environment.js';
import { CPU, GPU, Machine, type MachineOptions } from '../support/machine.js';
import { MemoryDisk } from '../support/memory-disk.js';

const SPEC = `title: Toys
data: { kind: embedded }
stages:
  two: { kind: number, value: 2 }
  three: { kind: number, value: 3 }
  five: { kind: sum, left: two, right: three }
tables:
  t: { rows: [two, five], columns: [value] }
`;

const STRICT = { sets: ['reuse=same-environment'] };
const ALL_DONE = { two: 'done', three: 'done', five: 'done', t: 'done' };

/** @param there has run everything before */
async function machines(
  there: MachineOptions = {},
): Promise<{ disk: MemoryDisk; here: Machine; there: Machine }> {
  const disk = new MemoryDisk();
  await disk.writeFile('/toys.yaml', SPEC);
  const other = new Machine(disk, { environment: GPU, ...there });
  await other.run('toys.yaml');
  return { disk, here: new Machine(disk, { environment: CPU }), there: other };
}

const started = (lines: readonly string[]) =>
  lines.flatMap((line) => /^started (\w+)/.exec(line)?.slice(1) ?? []);

describe('what was made on another machine', () => {
  test('is used where any environment will do, and says where it comes from', async () => {
    const { here } = await machines();
    assert.deepEqual(await here.states('toys.yaml'), ALL_DONE);
    const { lines, outcome } = await here.run('toys.yaml');
    assert.deepEqual(started(lines), []);
    const made = [...outcome.done.values()].filter(({ kind }) => kind === 'number');
    assert.deepEqual(
      made.map(({ environment }) => describeEnvironment(environment)),
      Array(2).fill('TensorFlow 2.21.0 on gpu, 8 threads, linux-x64'),
    );
  });

  test('is refused where the same environment is wanted, with each difference by name', async () => {
    const { here } = await machines();
    const { two, five } = await here.states('toys.yaml', STRICT);
    assert.match(
      two!,
      /^made on \S+ in another environment: device changed from gpu to cpu; threads changed from 8 to 2$/,
    );
    assert.match(five!, /^needs [0-9a-f]{12}, which is to do$/);
  });

  test('is no other environment for a task that uses nothing of what differs', async () => {
    const { here } = await machines();
    const { lines } = await here.run('toys.yaml', STRICT);
    // The sum and the table ran without an engine there too, and read the same bits.
    assert.deepEqual(started(lines), ['two', 'three']);
  });

  test('and made here again counts as made here, though its bits are the same', async () => {
    const { here, there } = await machines();
    await here.run('toys.yaml', STRICT);
    assert.deepEqual(await here.states('toys.yaml', STRICT), ALL_DONE);
    assert.deepEqual(started((await here.run('toys.yaml', STRICT)).lines), []);
    // Nothing was taken from the other machine by that.
    assert.deepEqual(await there.states('toys.yaml', STRICT), ALL_DONE);
  });

  test('by other code is made again where that is asked for, once', async () => {
    const { here } = await machines();
    const fresh = { freshCode: CPU.code };
    assert.equal((await here.states('toys.yaml', fresh))['two'], 'made by another version of Stagecraft');
    assert.deepEqual(started((await here.run('toys.yaml', fresh)).lines), ['two', 'three', 'five', 't']);
    assert.deepEqual(await here.states('toys.yaml', fresh), ALL_DONE);
  });
});

describe('an input that is made again', () => {
  test('with the same bits stops there', async () => {
    const { here } = await machines();
    assert.deepEqual(started((await here.run('toys.yaml', STRICT)).lines), ['two', 'three']);
  });

  test('with other bits goes on to what reads it, as far as bits differ', async () => {
    const { here } = await machines({ space: ' ' });
    const { lines } = await here.run('toys.yaml', STRICT);
    assert.deepEqual(started(lines), ['two', 'three', 'five', 't']);
    assert.ok(lines.includes('started five: input-changed'));
    // The sum came to the same bits, but the table reads one of the numbers itself.
    assert.ok(lines.includes('started t: input-changed'));
  });
});

describe('the table', () => {
  const READ = async (disk: MemoryDisk) => Buffer.from(await disk.readFile('/runs/toys/t.md')).toString();

  test('of results of one environment says nothing of it', async () => {
    const { disk, here } = await machines();
    await here.run('toys.yaml');
    assert.doesNotMatch(await READ(disk), /environments/);
  });

  test('of results of two environments names both', async () => {
    const { disk, here } = await machines();
    const { tables } = await here.run('toys.yaml', { sets: ['stages.three.value=4'] });
    assert.match(
      await READ(disk),
      /^Made in 2 environments: TensorFlow 2\.21\.0 on gpu, 8 threads, linux-x64; TensorFlow 2\.21\.0 on cpu, 2 threads, linux-x64\.$/m,
    );
    assert.deepEqual(
      tables[0]!.table.rows.map(({ metrics }) => metrics['value']!.value),
      [2, 6],
    );
    const json = JSON.parse(Buffer.from(await disk.readFile('/runs/toys/t.json')).toString()) as object;
    assert.equal((json as { environments: string[] }).environments.length, 2);
  });
});
