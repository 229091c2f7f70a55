import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TaskLogs } from '../../src/report/task-logs.js';
import { toMarkdown } from '../../src/report/markdown.js';
import { printedTable } from '../../src/report/printed-table.js';
import { wilsonInterval } from '../../src/statistics/wilson.js';
import { writeTables } from '../../src/report/write-tables.js';
import { DamagedArtifactError } from '../../src/run/artifact-store.js';
import {
  type StepChange,
  type Table,
  TABLE_FILE,
  type TableColumn,
  type TableRow,
  type TableStep,
} from '../../src/run/table.js';
import { FailingDisk } from '../support/failing-disk.js';
import { TEST_ENVIRONMENT } from '../support/inline-executor.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { MemoryStore } from '../support/memory-store.js';
import { numberTask, planOf } from '../support/toy.js';

const column = (name: string, heading = name, isErrorRate = false): TableColumn => ({
  ...{ name, heading, isErrorRate },
  kind: heading === name ? 'axis' : 'metric',
});
const [NET, S, Q] = [column('net'), column('S'), column('Q')];
const TOP1 = column('top1', 'top-1 error, %', true);
const TOP5 = column('top5', 'top-5 error, %', true);

/** Wilson's, by errors of 100 images, per cent. */
const INTERVALS: ReadonlyMap<number, readonly [number, number]> = new Map(
  [0, 10, 28, 31, 100].map((errors) => {
    const [low, high] = wilsonInterval(errors, 100);
    return [errors, [100 * low, 100 * high]];
  }),
);

const cell = (value: number | null, paper: number | null = null, sd: number | null = null) => ({
  ...{ value, sd, paper },
  // Of 100 images.
  interval: value === null || sd !== null ? null : (INTERVALS.get(value) ?? null),
  difference: null,
});

const A: TableRow = {
  labels: { net: 'A', S: 256, Q: 256 },
  real: { S: 96, Q: 96 },
  metrics: { top1: cell(10, 29.6), top5: cell(0, 10.4) },
  ...{
    runs: 1,
    images: 100,
    things: null,
    classes: 10,
    positions: [4, 4],
    protocol: { joined: 'posteriors', parts: [['net A', 'dense']] },
    unlike: [],
  },
};
const B: TableRow = {
  ...A,
  labels: { net: 'B', S: 224, Q: 256 },
  real: { S: 224, Q: 96 },
  metrics: { top1: cell(100), top5: cell(0) },
};
const TABLE: Table = {
  format: 5,
  name: 'table3',
  caption: 'Table 3: one scale',
  measuredOn: { dataset: 'ilsvrc2012', images: 50000, classes: 1000, width: 1, crop: 224 },
  columns: [NET, S, TOP1],
  over: [],
  rows: [A, B],
  steps: [],
};

const markdownOf = (table: Table, environments: readonly string[] = []) =>
  toMarkdown(printedTable(table, 'Its spec', environments));

test("a table stands beside the paper's numbers, with intervals, real px and the protocol", () => {
  assert.equal(
    markdownOf(TABLE),
    `**Table 3: one scale**

| net | S           | top-1 error, % (95% interval) | paper |
|-----|-------------|-------------------------------|-------|
| A   | 256 (96 px) | 10.0 (5.5-17.4)               | 29.6  |
| B   | 224         | 100.0 (96.3-100.0)            | -     |

All rows: net A; dense; 100 images of 10 classes, one seed.
Intervals are about these trained nets, on images like these; another seed moves an error further, which only a table over seeds shows.
The paper's numbers are for 50000 images of 1000 classes (ilsvrc2012), nets of width 1, crop 224 px.
`,
  );
});

test("a table without the paper's numbers does not speak of them", () => {
  assert.equal(
    markdownOf({ ...TABLE, columns: [NET, Q, TOP5], rows: [B] }),
    `**Table 3: one scale**

| net | Q           | top-5 error, % (95% interval) |
|-----|-------------|-------------------------------|
| B   | 256 (96 px) | 0.0 (0.0-3.7)                 |

Net A; dense; 100 images of 10 classes, one seed.
Intervals are about these trained nets, on images like these; another seed moves an error further, which only a table over seeds shows.
Of 10 classes five guesses at random are wrong in 50%: that is what a top-5 error is to be compared with.
`,
  );
});

test('what all parts of all rows share is said once, and what the parts of a row share once for it', () => {
  const [d, e] = [
    ['net D', 'he', 'multi-crop', 'Q = 96 px'],
    ['net E', 'he', 'multi-crop', 'Q = 96 px'],
  ];
  const dense = ['net D', 'he', 'dense', 'Q = 128 px'];
  const rows: readonly TableRow[] = [
    { ...A, labels: { net: 'D + E', S: 256 }, protocol: { joined: 'posteriors', parts: [d, e] } },
    { ...A, labels: { net: 'D', S: 256 }, protocol: { joined: 'posteriors', parts: [dense] } },
    { ...A, labels: { net: 'both', S: 256 }, protocol: { joined: 'logits', parts: [d, dense] } },
  ];
  assert.deepEqual(
    markdownOf({ ...TABLE, measuredOn: null, rows })
      .split('\n\n')[2]!
      .split('\n'),
    [
      'All rows: he; 100 images of 10 classes, one seed.',
      '- D + E 256: multi-crop; Q = 96 px; mean of the posteriors of net D, and of net E.',
      '- D 256: net D; dense; Q = 128 px.',
      '- both 256: net D; mean of the logits of multi-crop; Q = 96 px, and of dense; Q = 128 px.',
    ],
  );
});

test('a row over seeds is a mean with its deviation, and says of how many', () => {
  const row = { ...A, metrics: { top1: cell(12.3456, 29.6, 1.26), top5: cell(1) }, runs: 3 };
  assert.equal(
    markdownOf({ ...TABLE, over: ['seed'], rows: [row] }),
    `**Table 3: one scale**

| net | S           | top-1 error, % (mean ± sd of 3) | paper |
|-----|-------------|---------------------------------|-------|
| A   | 256 (96 px) | 12.3 ± 1.3                      | 29.6  |

Net A; dense; 100 images of 10 classes, 3 seeds.
The paper's numbers are for 50000 images of 1000 classes (ilsvrc2012), nets of width 1, crop 224 px.
`,
  );
});

test('rows that only the paper has stand without ours, and lists and other columns are printed as they are', () => {
  const other: TableRow = {
    ...{ labels: { net: 'MSRA' }, real: {}, metrics: { top1: cell(null, 27.9), nll: cell(null) } },
    ...{ runs: 0, images: null, things: null, classes: null, positions: null, protocol: null, unlike: null },
  };
  const ours: TableRow = {
    ...A,
    labels: { net: 'A', Q: [224, 256, 288] },
    real: { Q: [64, 96, 128] },
    metrics: { top1: cell(10, 29.6), nll: cell(1.23456) },
  };
  const nll = { ...column('nll', 'negative log-likelihood, nats') };
  assert.equal(
    markdownOf({ ...TABLE, columns: [NET, Q, TOP1, nll], rows: [ours, other] }).split('\n\n')[1],
    `| net  | Q                          | top-1 error, % (95% interval) | paper | negative log-likelihood, nats |
|------|----------------------------|-------------------------------|-------|-------------------------------|
| A    | 224,256,288 (64,96,128 px) | 10.0 (5.5-17.4)               | 29.6  | 1.2                           |
| MSRA | -                          | -                             | 27.9  | -                             |`,
  );
});

test('what scores say of themselves stands in columns: one number of positions, or the fewest and the most', () => {
  const fact = (name: string, heading: string): TableColumn => ({
    ...{ name, heading, kind: 'fact', isErrorRate: false },
  });
  const paper: TableRow = {
    ...A,
    metrics: { top1: cell(null, 29.6) },
    runs: 0,
    positions: null,
    images: null,
  };
  const columns = [NET, fact('positions', 'positions an image'), TOP1, fact('images', 'images')];
  const rows = [A, { ...B, positions: [4, 9] as const }, paper];
  assert.equal(
    markdownOf({ ...TABLE, columns, rows }).split('\n\n')[1],
    `| net | positions an image | top-1 error, % (95% interval) | paper | images |
|-----|--------------------|-------------------------------|-------|--------|
| A   | 4                  | 10.0 (5.5-17.4)               | 29.6  | 100    |
| B   | 4-9                | 100.0 (96.3-100.0)            | -     | 100    |
| A   | -                  | -                             | 29.6  | -      |`,
  );
});

const WIDTH = { what: 'width', ours: '0.25', paper: '1' };

test('a difference from the paper has a column only where rows were measured as the paper did, and the others say why not', () => {
  const same = { ...A, unlike: [], metrics: { top1: { ...cell(31, 29.6), difference: 1.4 } } };
  const other = { ...B, unlike: [WIDTH], metrics: { top1: cell(28, 28.7) } };
  const parts = (rows: readonly TableRow[]) =>
    markdownOf({ ...TABLE, columns: [NET, TOP1], rows }).split('\n\n');
  const [, mixed, ...mixedCaption] = parts([same, other]);
  assert.equal(
    mixed,
    `| net | top-1 error, % (95% interval) | paper | difference |
|-----|-------------------------------|-------|------------|
| A   | 31.0 (22.8-40.6)              | 29.6  | +1.4       |
| B   | 28.0 (20.1-37.5)              | 28.7  | -          |`,
  );
  assert.match(
    mixedCaption.join('\n'),
    /^A difference from the paper is shown where ours was measured likewise; of the other rows: width 0\.25 instead of 1\.$/m,
  );
  const dataset = { what: 'dataset', ours: 'drawings', paper: 'ilsvrc2012' };
  const [, none, ...noneCaption] = parts([{ ...other, unlike: [dataset, WIDTH] }, other]);
  assert.doesNotMatch(none!, /difference/);
  assert.match(
    noneCaption.join('\n'),
    /^No difference from the paper is shown, since ours were measured otherwise: dataset drawings instead of ilsvrc2012; width 0\.25 instead of 1\.$/m,
  );
  assert.doesNotMatch(parts([same])[2]!, /instead of/);
  assert.match(parts([{ ...other, unlike: null }])[2]!, /^No .* do not say how they were measured\.$/m);
});

test('where it is not declared what the paper measured, the table says so', () => {
  assert.match(
    markdownOf({ ...TABLE, measuredOn: null }),
    /^What the paper's numbers were measured on is not declared \(measuredOn\), so no difference is shown\.$/m,
  );
});

test("steps stand below a table: each change with its interval, the paper's, and whether the sign is the same", () => {
  const change = (
    points: number,
    interval: [number, number] | null,
    others: Partial<StepChange>,
  ): StepChange => ({
    ...{ change: points, interval, from: interval && 'images', paper: null, verdict: null },
    ...others,
  });
  const steps: TableStep[] = [
    {
      ...{ axis: 'net', from: 'A', to: 'B', same: { S: 256, Q: 256 } },
      changes: {
        top1: change(-2.04, [-3.96, -0.12], { paper: -0.9, verdict: 'same sign' }),
        top5: change(0.02, [-0.98, 1.02], {}),
      },
    },
    {
      ...{ axis: 'S', from: 256, to: '256..512', same: {} },
      changes: {
        top1: change(1, null, { paper: 0, verdict: 'no interval' }),
        top5: change(-1, [-2, -0.02], {}),
      },
    },
  ];
  const text = markdownOf({ ...TABLE, columns: [NET, TOP1, TOP5], steps });
  assert.equal(
    text.slice(text.indexOf('**Steps**')),
    `**Steps**

| step              | where       | change of top-1 error, points (95% interval) | paper | sign        | change of top-5 error, points (95% interval) |
|-------------------|-------------|----------------------------------------------|-------|-------------|----------------------------------------------|
| net A to B        | S=256 Q=256 | -2.0 (-4.0 to -0.1)                          | -0.9  | same sign   | 0.0 (-1.0 to +1.0)                           |
| S 256 to 256..512 | -           | +1.0                                         | 0.0   | no interval | -1.0 (-2.0 to 0.0)                           |

A change is the second row less the first; an error below 0 says that the second is better.
Its interval is by the same images of both rows, paired; "not clear" where it holds 0.
`,
  );
  const runs = steps.map((step) => ({
    ...step,
    changes: { top1: { ...step.changes['top1']!, from: 'runs' as const } },
  }));
  assert.match(
    markdownOf({ ...TABLE, columns: [NET, TOP1], steps: runs }),
    /^Its interval is by the spread over each row's seeds \(Welch's interval of two means\); /m,
  );
});

test('a top-5 error over few classes is told for what it is', () => {
  const of = (classes: number) => markdownOf({ ...TABLE, columns: [NET, TOP5], rows: [{ ...A, classes }] });
  assert.match(of(5), /^A top-5 error over 5 classes is 0, whatever the net\.$/m);
  assert.match(of(8), /^Of 8 classes five guesses at random are wrong in 38%: /m);
  assert.doesNotMatch(of(11), /whatever the net|at random/);
});

test('a table whose results were made in several environments names them', () => {
  const markdown = markdownOf(TABLE, ['TensorFlow 2.21.0 on cpu, 2 threads', 'WebAssembly on cpu']);
  assert.match(
    markdown,
    /^Made in 2 environments: TensorFlow 2\.21\.0 on cpu, 2 threads; WebAssembly on cpu\.$/m,
  );
  assert.doesNotMatch(markdownOf(TABLE, ['one']), /environments/);
});

test("Wilson's interval has the values of the books", () => {
  const rounded = (hits: number, trials: number) =>
    wilsonInterval(hits, trials).map((part) => Number(part.toFixed(4)));
  assert.deepEqual(rounded(10, 100), [0.0552, 0.1744]);
  assert.deepEqual(rounded(0, 20), [0, 0.1611]);
  assert.deepEqual(rounded(20, 20), [0.8389, 1]);
  // Newcombe (1998), Statistics in Medicine 17, table I, method 3.
  assert.deepEqual(rounded(81, 263), [0.2553, 0.3662]);
  assert.deepEqual(rounded(15, 148), [0.0624, 0.1605]);
  assert.deepEqual(rounded(1, 29), [0.0061, 0.1718]);
});

test("Wilson's interval lies within 0 and 1 and holds the proportion", () => {
  const samples = fc
    .integer({ min: 1, max: 1_000_000 })
    .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
  fc.assert(
    fc.property(samples, ([hits, trials]) => {
      const [low, high] = wilsonInterval(hits, trials);
      const proportion = hits / trials;
      return low >= 0 && high <= 1 && low <= proportion + 1e-12 && high >= proportion - 1e-12 && low < high;
    }),
  );
});

async function tableInStore() {
  const store = new MemoryStore();
  const task = { ...numberTask('table3', 1), output: 'table' } as const;
  const attempt = await store.begin(task);
  await store.files.writer(attempt.directory).write(TABLE_FILE, JSON.stringify(TABLE));
  const publication = { inputs: {}, environment: TEST_ENVIRONMENT, startedAt: new Date(0), seconds: 0 };
  const execution = await store.publish(attempt, publication);
  return { store, task, execution, done: new Map([[task.recipe, execution]]) };
}

test('tables that are done are written where people look, all others are left out', async () => {
  const { store, task, done } = await tableInStore();
  const disk = new MemoryDisk();
  const other = { ...numberTask('table4', 2), output: 'table' };
  const plan = planOf(task, other, numberTask('one', 3));
  const experiment = { ...plan.experiments[0]!, tables: [task.recipe, other.recipe] };
  const services = { store, disk, directory: '/runs/toys' };
  const written = await writeTables({ plan, experiment, done }, services);
  assert.deepEqual(
    written.map(({ file }) => file),
    ['/runs/toys/table3.md'],
  );
  assert.deepEqual(
    await disk.list('/runs/toys'),
    ['csv', 'html', 'json', 'md', 'tex'].map((format) => `table3.${format}`),
  );
  const json = Buffer.from(await disk.readFile('/runs/toys/table3.json')).toString();
  assert.deepEqual(JSON.parse(json), { ...TABLE, environments: [] });
});

test('a damaged table is set aside, so that the next run makes it again', async () => {
  const { store, task, execution, done } = await tableInStore();
  store.damage(execution, TABLE_FILE);
  const services = { store, disk: new MemoryDisk(), directory: '/runs/toys' };
  const plan = planOf(task);
  const experiment = { ...plan.experiments[0]!, tables: [task.recipe] };
  await assert.rejects(writeTables({ plan, experiment, done }, services), (error) => {
    assert.ok(error instanceof DamagedArtifactError);
    assert.match(error.message, /It lies in .* now; run again: it is made anew\.$/);
    return true;
  });
  assert.deepEqual(await store.executions(task.kind, task.recipe), []);
});

test('what tasks print lies in a file each, and a log that cannot be written stops nothing', async () => {
  const one = numberTask('one', 1);
  const disk = new MemoryDisk();
  for (const fault of [undefined, { at: 1, code: 'ENOSPC', done: 'nothing', stays: true }] as const) {
    const logs = new TaskLogs(new FailingDisk(disk, fault), '/runs/toys');
    logs.hear({ type: 'task-log', task: one, text: 'some ' });
    logs.hear({ type: 'task-log', task: one, text: 'words\n' });
    logs.hear({ type: 'task-failed', task: numberTask('two', 2), message: 'No.' });
    await logs.close();
  }
  const [first, second] = await disk.list('/runs/toys/logs');
  const texts = await Promise.all(
    [first!, second!].map(async (name) =>
      Buffer.from(await disk.readFile(`/runs/toys/logs/${name}`)).toString(),
    ),
  );
  assert.deepEqual(texts.sort(), ['No.\n', 'some words\n']);
});

test('a mean over another axis than the seed says which', () => {
  const row = { ...A, metrics: { top1: cell(12.3456, 29.6, 1.26), top5: cell(1) }, runs: 3 };
  assert.match(
    markdownOf({ ...TABLE, over: ['width', 'seed'], rows: [row] }),
    /10 classes, mean of 3 results, over width, seed\./,
  );
});
