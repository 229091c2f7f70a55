/** The product on a disk in memory, with toy kinds and an environment of its own: two of them on one disk share a store. */
import { createContainer } from '../../src/container.js';
import type { Environment } from '../../src/plan/execution.js';
import type { Planned } from '../../src/planner.js';
import { SpecPlugins } from '../../src/plugins/spec-plugins.js';
import { Executor } from '../../src/run/executor.js';
import { type Metric, Metrics } from '../../src/run/metric.js';
import type { Survey, SurveyOptions } from '../../src/run/survey.js';
import { Tracker } from '../../src/run/tracker.js';
import { describeReason } from '../../src/cli/describe-reason.js';
import { type RunResult, Stagecraft } from '../../src/stagecraft.js';
import { indexDefinition } from '../../src/stages/index/definition.js';
import { tableDefinition } from '../../src/stages/table/definition.js';
import { TableStage } from '../../src/stages/table/stage.js';
import { Disk } from '../../src/util/disk.js';
import { InlineExecutor, type InlineOptions } from './inline-executor.js';
import type { MemoryDisk } from './memory-disk.js';
import { RecordingTracker } from './recording-tracker.js';
import { filesOn, lineOf } from './run-rig.js';
import { NumberStage, SumStage, TOY_DEFINITIONS, VALUE_FILE } from './toy.js';

const VALUE: Metric = {
  ...{ name: 'value', artifact: 'checkpoint', description: 'The number itself.' },
  ...{ heading: 'value', isErrorRate: false },
  measure: async (artifact) => JSON.parse(Buffer.from(await artifact.read(VALUE_FILE)).toString()) as number,
};

export const CPU: Environment = {
  engine: { backend: 'tensorflow', library: 'TensorFlow 2.21.0', device: 'cpu', threads: 2 },
  ...{ node: 'v24', platform: 'linux-x64', code: '1'.repeat(64) },
};

export const GPU: Environment = {
  engine: { backend: 'tensorflow', library: 'TensorFlow 2.21.0', device: 'gpu', threads: 8 },
  ...{ node: 'v26', platform: 'linux-x64', code: '2'.repeat(64) },
};

export interface MachineOptions extends Pick<InlineOptions, 'script' | 'slots'> {
  readonly environment?: Environment;
  /** Written after each number: bits that only this machine makes. */
  readonly space?: string;
  /** Of the kind `number`. */
  readonly version?: string;
}

export interface MachineRun extends SurveyOptions {
  readonly sets?: readonly string[];
  readonly failFast?: boolean;
}

export class Machine {
  readonly executor: InlineExecutor;
  readonly app: Stagecraft;

  constructor(disk: MemoryDisk, options: MachineOptions = {}) {
    const { environment = CPU, space = '', version = '1', ...more } = options;
    const stages = [new NumberStage(space), new SumStage(), new TableStage(new Metrics([VALUE]))];
    this.executor = new InlineExecutor(stages, filesOn(disk), { environment, ...more });
    const definitions = [
      ...TOY_DEFINITIONS.map((toy) => (toy.kind === 'number' ? { ...toy, version, usesEngine: true } : toy)),
      ...[indexDefinition, tableDefinition],
    ] as typeof TOY_DEFINITIONS;
    const container = createContainer({ runsDirectory: '/runs', backend: 'wasm' });
    container.rebind(Disk).toConstantValue(disk);
    container.rebind(Tracker).toConstantValue(new RecordingTracker());
    container.rebind(Executor).toConstantValue(this.executor);
    const kinds = new SpecPlugins({ definitions, metrics: [VALUE] }, { names: [], folder: '/' });
    container.rebind(SpecPlugins).toConstantValue(kinds);
    this.app = container.get(Stagecraft);
  }

  async plan(specs: string | readonly string[], { sets = [] }: MachineRun = {}): Promise<Planned> {
    const planned = await this.app.plan(specs, { profile: undefined, sets, currentDirectory: '/' });
    if (!planned.ok) throw new Error(planned.error.diagnostics.map(({ message }) => message).join('\n'));
    return planned.value;
  }

  /** The state of each task by its stage: `done`, or the reason in words. */
  async states(specs: string | readonly string[], run: MachineRun = {}): Promise<Record<string, string>> {
    const planned = await this.plan(specs, run);
    return statesOf(planned, await this.app.survey(planned, run));
  }

  async run(
    specs: string | readonly string[],
    { failFast = false, ...run }: MachineRun = {},
  ): Promise<RunResult & { readonly lines: readonly string[] }> {
    const lines: string[] = [];
    const result = await this.app.run(await this.plan(specs, run), {
      ...run,
      ...{ failFast, signal: new AbortController().signal },
      listener: (event) => {
        const line = lineOf(event);
        if (line !== undefined) lines.push(line);
      },
    });
    return { ...result, lines };
  }
}

function statesOf({ plan }: Planned, { statuses }: Survey): Record<string, string> {
  return Object.fromEntries(
    plan.tasks.map((task) => {
      const status = statuses.get(task.recipe)!;
      return [task.stage, status.state === 'done' ? 'done' : describeReason(status.reason)];
    }),
  );
}
