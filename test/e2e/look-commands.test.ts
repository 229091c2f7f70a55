/** The commands that look: show, why, ls, plan; on what real runs of toy-sized experiments have left. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { EXPERIMENTS, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';

const TABLE4 = join(EXPERIMENTS, 'vgg/table4.yaml');

/** Standard output of a command that must succeed. */
async function said(folder: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await stagecraft(folder, ...args);
  assert.equal(status, 0, stderr);
  return stdout;
}

test('show prints where each value came from, and what it prints is YAML of the same values', async () => {
  await using scratch = await Scratch.make();
  const args = ['show', TABLE4, '--profile', 'smoke', '--set', 'vars.rate=0.5'];
  const text = await said(scratch.folder, ...args);
  assert.match(text, /^ {4}epochs: 1 +# \$\{epochs\} from .*nets\.yaml:\d+:\d+$/m);
  assert.match(text, /^ {4}rate: 0\.5 +# \$\{rate\} from --set vars\.rate=0\.5$/m);
  assert.match(text, /^ {4}Q: "\$\{around\(S\)\}" +# .*table4\.yaml:\d+:\d+$/m);
  const values = parse(text) as { readonly stages: Record<string, Record<string, unknown>> };
  assert.equal(values.stages['a']!['rate'], 0.5);
  const json = JSON.parse(await said(scratch.folder, ...args, '--json')) as {
    readonly values: readonly { readonly path: string; readonly value: unknown }[];
  };
  for (const { path, value } of json.values) {
    const at = path.split('.').reduce<unknown>((now, key) => (now as Record<string, unknown>)[key], values);
    assert.deepEqual(at, value, path);
  }
});

test('show --stage prints each member with the place of the list item that it got its value from', async () => {
  await using scratch = await Scratch.make();
  const text = await said(scratch.folder, 'show', TABLE4, '--stage', 's384');
  const members = parse(text) as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(members), ['net=C S=384', 'net=D S=384', 'net=E S=384']);
  assert.deepEqual(members['net=D S=384']!['init'], { from: 's256', where: { net: 'D' } });
  const places = [...text.matchAll(/^ {2}net: [CDE] +# \$\{net\} from (.*)$/gm)].map(([, place]) => place);
  assert.equal(new Set(places).size, 3);
  const wrong = await stagecraft(scratch.folder, 'show', TABLE4, '--stage', 's38');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /there is no stage "s38"\. Did you mean "s384"\?/);
});

test('plan --mermaid draws a box a stage, and the arrows between them', async () => {
  await using scratch = await Scratch.make();
  const text = await said(scratch.folder, 'plan', TABLE4, '--mermaid');
  assert.equal(
    text,
    `flowchart LR
  s1["index<br/>2 tasks, to do"]
  s2["augmented<br/>augment<br/>to do"]
  s3["a<br/>train<br/>to do"]
  s4["s256<br/>train<br/>4 tasks, to do"]
  s5["s384<br/>train<br/>3 tasks, to do"]
  s6["jitter<br/>train<br/>3 tasks, to do"]
  s7["scores<br/>evaluate<br/>30 tasks, to do"]
  s8["scores<br/>mean<br/>10 tasks, to do"]
  s9["table4<br/>table<br/>to do"]
  s1 -.-> s2
  s1 -.-> s3
  s2 --> s3
  s1 -.-> s4
  s2 --> s4
  s3 --> s4
  s1 -.-> s5
  s2 --> s5
  s4 -.-> s5
  s1 -.-> s6
  s2 --> s6
  s5 --> s6
  s1 -.-> s7
  s4 --> s7
  s7 --> s8
  s5 --> s7
  s6 --> s7
  s8 --> s9
`,
  );
});

test('several specs are one plan, in which what they share stands once', async () => {
  await using scratch = await Scratch.make();
  const table3 = join(EXPERIMENTS, 'vgg/table3.yaml');
  const count = async (...specs: readonly string[]) =>
    (JSON.parse(await said(scratch.folder, 'plan', ...specs, '--json')) as { tasks: unknown[] }).tasks.length;
  const [three, four, both] = [await count(table3), await count(TABLE4), await count(table3, TABLE4)];
  // Images, augmentation and nets are shared (A-LRN is Table 3's alone), and so are the ten scores at Q = S.
  assert.equal(three + four - both, 24);
});

test('ls lists tasks by stage, axis and state, with the columns asked for, as text, CSV and JSON', async () => {
  await using scratch = await Scratch.make();
  const where = ['--where', 'scores,net=D', '--where', 'kind=mean', '--where', 'state=to-do'];
  const csv = await said(scratch.folder, 'ls', TABLE4, ...where, '--columns', 'net,S,Q', '--csv');
  assert.equal(csv, 'net,S,Q\nD,256,"224,256,288"\nD,384,"352,384,416"\nD,256..512,"256,384,512"\n');
  const json = JSON.parse(await said(scratch.folder, 'ls', TABLE4, ...where, '--json')) as object[];
  assert.equal(json.length, 3);
  assert.equal(await said(scratch.folder, 'ls', TABLE4, '--where', 'state=done'), '');
  for (const [args, message] of [
    [['--where', 'net=F'], /No task has net=F\. net is one of: A, B, C, D, E/],
    [['--where', 'nte=D'], /No task has an axis "nte"\. Did you mean "net"\?/],
    [['--where', 'score'], /is called "score"\. Did you mean "scores"\?/],
    [['--columns', 'recip'], /There is no column "recip"\. Did you mean "recipe"\?/],
    [['--where', 'state=finished'], /a task is "done" or "to-do"/],
  ] as const) {
    const { status, stderr } = await stagecraft(scratch.folder, 'ls', TABLE4, ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});

test('after a run, why goes down to the parameter that changed, and the store is listed without a spec', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await said(scratch.folder, 'run', FOLDER_SPEC);
  const changed = ['--set', 'vars.epochs=3'];
  const why = await said(scratch.folder, 'why', 'tiny', FOLDER_SPEC, ...changed);
  const chain = why.split('\n').filter((line) => line.includes(' is to do: '));
  assert.equal(chain.length, 3);
  assert.match(chain[2]!, /^train a \(net=A S=256\) [0-9a-f]{12} is to do: epochs changed from 1 to 3\.$/);
  const done = await said(scratch.folder, 'why', 'a', FOLDER_SPEC);
  assert.match(done, / is done here on \S+ \S+ in [\d.]+ s by .*; its output is [0-9a-f]{12}\.$/m);
  const json = JSON.parse(await said(scratch.folder, 'why', 'a', FOLDER_SPEC, ...changed, '--json')) as {
    readonly status: object;
  };
  assert.deepEqual(json.status, {
    state: 'to-do',
    reason: { kind: 'parameters-changed', changes: [{ name: 'epochs', before: 1, now: 3 }] },
  });
  const stored = JSON.parse(await said(scratch.folder, 'ls', '--json')) as { readonly kind: string }[];
  assert.deepEqual(
    stored.map(({ kind }) => kind),
    ['augment', 'evaluate', 'index', 'index', 'table', 'train'],
  );
  const trained = await said(scratch.folder, 'ls', '--where', 'kind=train', '--columns', 'kind,net', '--csv');
  assert.equal(trained, 'kind,net\ntrain,A\n');
  assert.match(
    await said(scratch.folder, 'plan', FOLDER_SPEC, ...changed),
    /^To do: work that is not known before the images are listed \(2 tasks\)\.$/m,
  );
  const known = ['--set', 'data.expect={ classes: 2, train: 12, val: 6 }'];
  await said(scratch.folder, 'run', FOLDER_SPEC, ...known);
  const plan = await said(scratch.folder, 'plan', FOLDER_SPEC, ...changed, ...known);
  assert.match(
    plan,
    /^To do: 42 images, 1\.\d M multiply-adds\.$|^To do: 42 images, [\d.]+ [MG] multiply-adds\.$/m,
  );
  assert.match(
    plan,
    /^Time: about [\d.]+ s at the rate of what is done, without 1 task of which no rate is known\.$/m,
  );
  const ambiguous = await stagecraft(scratch.folder, 'why', 'index', FOLDER_SPEC);
  assert.equal(ambiguous.status, 2);
  assert.match(ambiguous.stderr, /"index" means 2 tasks\. Name one by its recipe/);
});
