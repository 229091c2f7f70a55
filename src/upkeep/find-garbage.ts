/** Looks at the experiments of a results folder, and at its store, for what may go. */
import { topErrors } from '../nn/top-error.js';
import { readScores } from '../nn/scores.js';
import type { Execution } from '../plan/execution.js';
import type { ArtifactStore } from '../run/artifact-store.js';
import { type References, readReferences } from '../run/last-run.js';
import type { RunsDirectory } from '../run/runs-directory.js';
import type { Disk } from '../util/disk.js';
import { allExecutions } from './check-store.js';
import { type Garbage, garbageOf, type Keep, type Referring } from './garbage.js';

export interface GarbageReport {
  readonly garbage: readonly Garbage[];
  /** Tasks with save points that nobody will go on from. */
  readonly unfinished: readonly Unfinished[];
  /** What dead processes left, and what was set aside: absolute paths. */
  readonly leftovers: readonly string[];
  /** Artifacts that stay. */
  readonly kept: number;
}

export interface Unfinished {
  readonly recipe: string;
  /** Of its save points, absolute. */
  readonly directory: string;
}

interface Services {
  readonly store: ArtifactStore;
  readonly disk: Disk;
  readonly runs: RunsDirectory;
}

export async function findGarbage(services: Services, keep: Keep): Promise<GarbageReport> {
  const { store } = services;
  const executions = await allExecutions(store);
  const experiments = await referring(services, executions, keep);
  const garbage = garbageOf(executions, experiments, keep);
  const unfinished = await unwanted(store, experiments);
  const leftovers = await store.leftovers();
  return { garbage, unfinished, leftovers, kept: executions.length - garbage.length };
}

/** No run is at work now, and what the last run of an experiment wants, its next one goes on with. */
async function unwanted(
  store: ArtifactStore,
  experiments: readonly Referring[],
): Promise<readonly Unfinished[]> {
  const wanted = new Set(experiments.flatMap((one) => one.wanted));
  return [...(await store.unfinished())]
    .filter(([recipe]) => !wanted.has(recipe))
    .map(([recipe, directory]) => ({ recipe, directory }));
}

async function referring(
  { store, disk, runs }: Services,
  executions: readonly Execution[],
  keep: Keep,
): Promise<readonly Referring[]> {
  const found: Referring[] = [];
  for (const name of await disk.list(runs.path)) {
    const references = await readReferences(disk, runs.experiment(name));
    const best = keep === 'best' ? await bestNet(store, references, executions) : undefined;
    found.push({ ...references, best });
  }
  return found;
}

/** Digest of the checkpoint behind the evaluation with the fewest top-1 errors. */
async function bestNet(
  store: ArtifactStore,
  { done }: References,
  executions: readonly Execution[],
): Promise<string | undefined> {
  const recipes = new Set(done.map(({ recipe }) => recipe));
  let best: { readonly wrong: number; readonly net: string } | undefined;
  for (const execution of executions) {
    const net = execution.inputs['checkpoint'];
    if (net === undefined || !recipes.has(execution.recipe)) continue;
    const { posteriors, labels } = await readScores({ read: (file) => store.read(execution, file) });
    const { top1Wrong, images } = topErrors(posteriors, labels);
    const wrong = top1Wrong / images;
    if (!best || wrong < best.wrong) best = { wrong, net };
  }
  return best?.net;
}
