/** The whole of Stagecraft as an object: what the command line does, for programs. */
import type { Dataset, DatasetSource } from './data/dataset.js';
import type { StageDefinition } from './plan/definition.js';
import { datasetName, makePlan } from './plan/make-plan.js';
import type { Plan } from './plan/plan.js';
import { writeTables, type WrittenTable } from './report/write-tables.js';
import { TaskLogs } from './report/task-logs.js';
import type { ArtifactStore } from './run/artifact-store.js';
import type { Outcome, RunListener } from './run/event.js';
import type { Runner } from './run/runner.js';
import type { RunsDirectory } from './run/runs-directory.js';
import { type Survey, survey } from './run/survey.js';
import { sortDiagnostics } from './spec/diagnostic.js';
import { type LoadFailure, type LoadOptions, loadSpec, type ResolvedSpec } from './spec/load.js';
import { compileValidator } from './spec/validate.js';
import type { Disk } from './util/disk.js';
import { failed, ok, type Result } from './util/result.js';

/** A spec that is right, and the plan it stands for. */
export interface Planned {
  readonly spec: ResolvedSpec;
  readonly plan: Plan;
  readonly source: DatasetSource;
}

export interface RunResult {
  readonly outcome: Outcome;
  readonly tables: readonly WrittenTable[];
  /** Absolute folder of tables, logs and journal. */
  readonly directory: string;
}

export interface StagecraftServices {
  readonly definitions: readonly StageDefinition[];
  readonly disk: Disk;
  readonly dataset: Dataset;
  readonly store: ArtifactStore;
  readonly runner: Runner;
  readonly runs: RunsDirectory;
}

export class Stagecraft {
  readonly #services: StagecraftServices;

  constructor(services: StagecraftServices) {
    this.#services = services;
  }

  /** Reads, composes, checks and plans a spec; nothing is written and no image is looked at. */
  async plan(path: string, options: LoadOptions): Promise<Result<Planned, LoadFailure>> {
    const { definitions, disk } = this.#services;
    const texts = new Map<string, string>();
    const loaded = await loadSpec(path, options, { disk, validator: compileValidator(definitions), texts });
    if (!loaded.ok) return failed({ diagnostics: sortDiagnostics(loaded.error), texts });
    const spec = loaded.value;
    const plan = makePlan(spec, new Map(definitions.map((definition) => [definition.kind, definition])));
    if (!plan.ok) return failed({ diagnostics: sortDiagnostics(plan.error), texts });
    return ok({ spec, plan: plan.value, source: sourceOf(spec) });
  }

  /**
   * What of a plan is done and what is to do.
   * @throws DatasetError if the images cannot be found
   */
  async survey({ plan, source }: Planned): Promise<Survey> {
    return survey(plan, source, this.#services);
  }

  /**
   * Does what is to do and writes the tables that are complete.
   * @param signal aborts the run, which then leaves everything that is finished in its place
   */
  async run(planned: Planned, listener: RunListener, signal: AbortSignal): Promise<RunResult> {
    const { store, runner, disk, runs } = this.#services;
    const { plan, source } = planned;
    const directory = runs.experiment(plan.experiment);
    const surveyed = await this.survey(planned);
    const logs = new TaskLogs(disk, directory);
    try {
      const both: RunListener = (event) => {
        logs.hear(event);
        listener(event);
      };
      const outcome = await runner.run({ plan, survey: surveyed, source, listener: both, signal });
      const tables = await writeTables(plan, outcome.done, { store, disk, directory });
      return { outcome, tables, directory };
    } finally {
      await logs.close();
    }
  }
}

function sourceOf(spec: ResolvedSpec): DatasetSource {
  return {
    kind: spec.values.data.kind,
    name: datasetName(spec),
    ...(spec.dataRoot !== undefined && { root: spec.dataRoot }),
  };
}
