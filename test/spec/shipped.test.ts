/** The shipped specs: what a stranger reads first. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rowsOfPaper } from '../../src/plan/paper-rows.js';
import type { TableStepPlan } from '../../src/plan/table-steps.js';
import type { TableRowPlan } from '../../src/plan/table-tasks.js';
import { type Planned, Planner } from '../../src/planner.js';
import { SpecPlugins } from '../../src/plugins/spec-plugins.js';
import type { PaperTable } from '../../src/spec/paper-table.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { NodeDisk } from '../../src/util/node-disk.js';

const root = fileURLToPath(new URL('../../../experiments/', import.meta.url));
/** Reads specs and the paper's numbers; whatever else were done would fail. */
class SpecDisk extends NodeDisk {
  override readFile(path: string): Promise<Uint8Array> {
    assert.ok(path.startsWith(root) && path.endsWith('.yaml'), `a plan reads ${path}`);
    return super.readFile(path);
  }

  override list = refuse;
  override writeFile = refuse;
  override openLog = refuse;
  override makeDirectory = refuse;
  override rename = refuse;
  override syncDirectory = refuse;
  override remove = refuse;
}

function refuse(): never {
  throw new Error('a plan of shipped specs reads only them and writes nothing');
}

const planner = new Planner(new SpecDisk(), new SpecPlugins(BUILT_IN_KINDS, { names: [], folder: root }));

async function planned(file: string, profile?: string): Promise<Planned> {
  const result = await planner.plan(join(root, file), { profile, sets: [], currentDirectory: root });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** Tasks in every profile, by file, without the lists of images, of which a profile that watches some needs one more. */
const TASKS: Readonly<Record<string, number | { readonly paper: number; readonly reduced: number }>> = {
  'ensembles/best.yaml': 55,
  'ensembles/d-plus-e.yaml': 72,
  // Some of its scales are one where the nets are small.
  'sweeps/precision.yaml': { paper: 23, reduced: 23 },
  'sweeps/scales.yaml': { paper: 36, reduced: 24 },
  'vgg/claims.yaml': 230,
  'vgg/features.yaml': 36,
  'vgg/first-row.yaml': 4,
  'vgg/localisation.yaml': 19,
  'vgg/nets.yaml': 13,
  'vgg/published-weights.yaml': 32,
  'vgg/seeds.yaml': 74,
  'vgg/shallow.yaml': 7,
  'vgg/table3.yaml': 27,
  'vgg/table4.yaml': 53,
  'vgg/table5.yaml': 27,
  'vgg/table6.yaml': 62,
  'vgg/table7.yaml': 56,
};

test('every shipped spec is in this test', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  );
  assert.deepEqual(
    files.filter((file) => !/(paper|published)\.yaml$/.test(file)).sort(),
    Object.keys(TASKS).sort(),
  );
});

describe('without any images', () => {
  for (const [file, tasks] of Object.entries(TASKS)) {
    test(`${file} is right and planned in every profile, the paper's among them`, async () => {
      const { specs } = await planned(file);
      const profiles = Object.keys(specs[0]!.values.profiles ?? {});
      assert.ok(profiles.includes('paper'));
      for (const profile of profiles) {
        const { plan } = await planned(file, profile);
        const expected = typeof tasks === 'number' ? tasks : tasks[profile === 'paper' ? 'paper' : 'reduced'];
        assert.equal(plan.tasks.filter(({ kind }) => kind !== 'index').length, expected, profile);
      }
    });
  }
});

describe('each row that the paper prints equals exactly one of ours in', () => {
  for (const [file, ours] of [
    ['table3', /./],
    ['table4', /./],
    ['table5', /./],
    ['table6', /./],
    ['table7', /^VGG/],
    ['table8', /./],
    ['table9', /./],
    ['table10', /^VGG/],
    ['table11', /^VGG/],
    ['table12', /^VGG/],
  ] as const) {
    test(file, async () => {
      const spec = {
        table8: 'localisation',
        table9: 'localisation',
        table10: 'localisation',
        table11: 'features',
        table12: 'features',
      };
      const { plan } = await planned(`vgg/${(spec as Record<string, string>)[file] ?? file}.yaml`, 'paper');
      const table = plan.tasks.find(({ kind, stage }) => kind === 'table' && stage === file)!;
      const {
        paper,
        join: columns,
        rows,
      } = table.parameters as unknown as {
        readonly paper: PaperTable;
        readonly join: readonly string[];
        readonly rows: readonly TableRowPlan[];
      };
      for (const { labels } of rows) assert.equal(rowsOfPaper(paper, columns, labels).length, 1);
      const wanted = paper.rows.filter(([first]) => ours.test(String(first)));
      assert.ok(wanted.length > 0);
      for (const row of wanted) {
        const equal = rows.filter(
          ({ labels }) => rowsOfPaper({ ...paper, rows: [row] }, columns, labels).length === 1,
        );
        assert.equal(equal.length, 1, JSON.stringify(row));
      }
    });
  }
});

test('the steps of Table 3 are those of Sect. 4.1, at each scale and for each net that both rows have', async () => {
  const { plan } = await planned('vgg/table3.yaml', 'paper');
  const { steps } = plan.tasks.find(({ kind }) => kind === 'table')!.parameters as unknown as {
    readonly steps: readonly TableStepPlan[];
  };
  const counts = new Map<string, number>();
  for (const { from, to } of steps) {
    const step = `${String(from)} to ${String(to)}`;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(counts), {
    ...{ 'A to A-LRN': 1, 'A to B': 1, 'B to C': 1, 'B to D': 1, 'C to D': 3, 'D to E': 3 },
    ...{ '256 to 256..512': 3, '384 to 256..512': 3 },
  });
});

test('the submission is of the seven nets of the paper, each at its own scales', async () => {
  const { plan } = await planned('vgg/table6.yaml', 'paper');
  const submission = plan.tasks.find(({ stage }) => stage === 'submission')!;
  const members = [submission.inputs['scores']!].flat().map((recipe) => {
    const { labels } = plan.tasks.find((task) => task.recipe === recipe)!;
    return `${String(labels['net'])} ${String(labels['S'])} ${String(labels['Q'])}`;
  });
  assert.deepEqual(members.sort(), [
    'C 256 224,256,288',
    'C 384 352,384,416',
    'D 256 224,256,288',
    'D 256..512 256,384,512',
    'D 384 352,384,416',
    'E 256 224,256,288',
    'E 384 352,384,416',
  ]);
});

test('the parameters of the nets are those of the paper', async () => {
  const { plan } = await planned('vgg/table3.yaml', 'paper');
  const counts = new Map(
    plan.tasks
      .filter(({ kind }) => kind === 'train')
      .map(({ labels, cost }) => [labels['net'], cost.netParameters]),
  );
  assert.deepEqual(Object.fromEntries(counts), {
    ...{ A: 132863336, 'A-LRN': 132863336, B: 133047848 },
    ...{ C: 133638952, D: 138357544, E: 143667240 },
  });
});
