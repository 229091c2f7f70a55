/** What a task's run says of itself on the server: names, parameters, tags, data sets. Pure. */
import { formatLabel } from '../../plan/labels.js';
import { describeTask } from '../../plan/plan.js';
import type { ArtifactRecord, LinkRecord, SegmentRecord, StartRecord } from '../journal-record.js';
import type { RunDataset } from '../mlflow/client.js';
import { fitKey, fitText, LIMITS, type Texts } from '../mlflow/values.js';

type TaskFacts = Pick<
  StartRecord | LinkRecord,
  'recipe' | 'kind' | 'stage' | 'labels' | 'parameters' | 'dataset'
>;

export function runName(task: TaskFacts): string {
  return fitText(describeTask(task), LIMITS.key);
}

/**
 * What tells the run from others: axes as the table has them (scales in the paper's px), then the resolved parameters;
 * where both have a key and differ, the parameter is the scale in real px.
 */
export function runParams({ labels, parameters, recipe, dataset }: TaskFacts): Texts {
  const named = Object.entries(labels).map(([axis, value]) => [axis, formatLabel(value)] as const);
  const axes = new Map(named);
  const more = flatten(parameters).flatMap(([key, value]): (readonly [string, string])[] => {
    const axis = axes.get(key);
    if (axis === undefined) return [[key, value]];
    return axis === value ? [] : [[`${key}_px`, value]];
  });
  const facts: (readonly [string, string])[] = [['recipe', recipe]];
  if (dataset !== null) facts.push(['dataset', dataset]);
  return fitted([...named, ...more, ...facts], LIMITS.param);
}

export function runTags({ kind, stage }: TaskFacts): Texts {
  return fitted(
    [
      ['stagecraft.kind', kind],
      ['stagecraft.stage', stage],
    ],
    LIMITS.tag,
  );
}

/** Of the program and the commit that a run was started with. */
export function provenanceTags({ version, commit }: SegmentRecord): Texts {
  return {
    'mlflow.source.name': 'stagecraft',
    'mlflow.source.type': 'LOCAL',
    'stagecraft.version': version,
    ...(commit !== null && { 'mlflow.source.git.commit': commit }),
  };
}

/** Where and with what it was made: may differ between two runs of one task. */
export function environmentTags({ environment, host, output }: ArtifactRecord): Texts {
  const { engine, imageLibrary, node, platform, code } = environment;
  const tags = {
    ...(engine && {
      'stagecraft.backend': engine.backend,
      'stagecraft.library': engine.library,
      'stagecraft.device': engine.device,
      'stagecraft.threads': String(engine.threads),
    }),
    ...(imageLibrary !== undefined && { 'stagecraft.image_library': imageLibrary }),
    'stagecraft.node': node,
    'stagecraft.platform': platform,
    'stagecraft.code': code,
    'stagecraft.host': host,
    'stagecraft.output': output,
  };
  return fitted(Object.entries(tags), LIMITS.tag);
}

/** The images that it read: the digest is of their list. */
export function datasetOf(
  { dataset, kind, parameters }: TaskFacts,
  { inputDigests, artifact, output }: ArtifactRecord,
): RunDataset | undefined {
  const digest = inputDigests['index'] ?? (artifact === 'index' ? output : undefined);
  if (dataset === null || digest === undefined) return undefined;
  return {
    name: fitText(dataset, LIMITS.datasetName),
    digest: digest.slice(0, LIMITS.datasetDigest),
    sourceType: 'stagecraft',
    source: JSON.stringify({ index: digest }),
    context: kind === 'evaluate' || parameters['split'] === 'val' ? 'evaluation' : 'training',
  };
}

/** Keys and values as the server takes them; what it would cut ends in dots. */
export function fitted(entries: Iterable<readonly [string, string]>, limit: number): Texts {
  const texts: Record<string, string> = {};
  for (const [key, value] of entries) {
    const whole = fitText(value, Infinity);
    const fit = fitText(whole, limit);
    texts[fitKey(key)] = fit === whole ? fit : `${fitText(whole, limit - 3)}...`;
  }
  return texts;
}

/** `schedule.kind`, `schedule.at`: a key a leaf, lists as JSON. */
function flatten(values: Readonly<Record<string, unknown>>, prefix = ''): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return flatten(value as Record<string, unknown>, `${prefix}${key}.`);
    return [[`${prefix}${key}`, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}
