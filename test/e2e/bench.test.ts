/** `stagecraft bench` through the real command line: that it measures, not how fast. Beside PyTorch in `test/judges`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';

const SMALL = [
  '--net',
  'A',
  '--width',
  '1/16',
  '--crop',
  '32',
  '--batch',
  '2',
  '--rounds',
  '1',
  '--repeats',
  '2',
];

for (const [task, more] of [
  ['step', []],
  ['forward', []],
  ['dense', ['--px', '48', '--long', '64']],
] as const) {
  test(`bench ${task} says times, memory and how near a large matrix product they come`, async () => {
    await using scratch = await Scratch.make();
    const { status, stdout } = await stagecraft(scratch.folder, 'bench', task, ...SMALL, ...more, '--json');
    assert.equal(status, 0);
    const { work, ours, peer, ratio } = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    assert.deepEqual([work!['task'], work!['net'], work!['batch'], peer, ratio], [task, 'A', 2, null, null]);
    for (const key of [
      'bestSeconds',
      'medianSeconds',
      'peakMib',
      'gigaMultiplyAdds',
      'productGigaMultiplyAdds',
    ])
      assert.ok(Number(ours![key]) > 0, key);
    assert.equal(ours!['repeats'], 2);
  });
}

test('bench in words is a line for the work and one for what was measured', async () => {
  await using scratch = await Scratch.make();
  const { stdout } = await stagecraft(scratch.folder, 'bench', 'step', ...SMALL);
  assert.match(
    stdout,
    /^training step: net A, width 0\.0625, 2 images of 32 x 32 px, float32, \d+ threads\n {2}ours .* ms \(median .* ms of 2\), at most \d+ MiB \(.*\); \d+ G multiply-adds a second, \d+% of a large matrix product's \d+\n {2}of it products \d+%, other operations \d+%, JavaScript \d+%\n$/,
  );
});

for (const [args, says] of [
  [['bench', 'stop'], /no benchmark "stop"\. Allowed: step, forward, dense, pipeline, tables, plan/],
  [['bench', 'plan', '--net', 'A'], /"bench plan" takes no --net\. Allowed: --json\./],
  [
    ['bench', 'tables', '--batch', '8'],
    /"bench tables" takes no --batch\. Allowed: --json, --profile, --set,/,
  ],
  [['bench', 'step', '--set', 'a=1'], /"bench step" takes no --set\. Allowed: --json, --net,/],
  [['bench', 'step', '--precision', 'float16'], /--precision must be float32 or bfloat16/],
  [['bench', 'step', '--batch', '0'], /--batch 0: must be a whole number from 1/],
  [['bench', 'step', ...SMALL, '--torch', '/nowhere/python3'], /--torch \/nowhere\/python3: .*ENOENT/],
] as const) {
  test(`"${args.slice(0, 4).join(' ')}" is refused with what is allowed`, async () => {
    await using scratch = await Scratch.make();
    const { status, stderr } = await stagecraft(scratch.folder, ...args);
    assert.equal(status, 2);
    assert.match(stderr, says);
  });
}
