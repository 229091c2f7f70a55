import { basename, dirname, join, relative, resolve } from 'node:path';
import { type RecognisedWeights, recogniseWeights } from '../inspect/recognise-weights.js';
import { replaceWhole } from '../util/disk.js';
import { NodeDisk } from '../util/node-disk.js';
import { UserError } from '../util/user-error.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { execute as run } from './run.js';
import { untilStopped } from './until-stopped.js';

/** Writes a spec that imports one file, and runs it: its lines are those that other specs take the net by. */
export async function execute(invocation: Invocation): Promise<number> {
  const [file, ...more] = invocation.positionals;
  if (file === undefined || more.length > 0)
    throw new UserError('Which file? E.g. stagecraft import vgg16-397923af.pth --net D');
  const path = resolve(file);
  const { values } = invocation;
  const { signal } = untilStopped();
  const known = await recogniseWeights(path, values['net'] as string | undefined, signal).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    },
  );
  if (!known) return INTERRUPTED;
  const { sha256, release, net } = known;
  console.log(release ? `${file} is ${release.name}, net ${release.net}.` : `${file}: SHA-256 ${sha256}.`);
  const stage = stageOf(basename(path), known, values);
  const store = resolve((values['store'] as string | undefined) ?? 'runs');
  // Of its own for each file: an experiment refers to what it has made.
  const spec = join(store, 'imports', `import-${net.toLowerCase()}-${sha256.slice(0, 12)}.yaml`);
  const disk = new NodeDisk();
  await disk.makeDirectory(dirname(spec));
  await replaceWhole(disk, spec, specOf(dirname(path), stage, values['crop'] as string | undefined));
  const here = relative(process.cwd(), spec);
  const status = await run({
    positionals: [here],
    values: { ...(values['store'] !== undefined && { store: values['store'] }) },
  });
  if (status === 0)
    console.log(
      `\nIn a spec, after "weights: ${dirname(path)}":\n  ${net.toLowerCase()}: ${stage}\nThis one is ${here}.`,
    );
  return status;
}

function specOf(weights: string, stage: string, crop: string | undefined): string {
  return `title: ${JSON.stringify('Imported weights')}
data: { kind: embedded }
weights: ${JSON.stringify(weights)}
${crop === undefined ? '' : `scales: { crop: ${crop} }\n`}stages:
  net: ${stage}
`;
}

/** JSON's texts and lists are YAML's too. */
function stageOf(
  file: string,
  { net, sha256, release }: RecognisedWeights,
  values: Invocation['values'],
): string {
  const classes = values['class'];
  const keys = {
    net: JSON.stringify(net),
    S: (values['S'] as string | undefined) ?? release?.S ?? '256',
    file: JSON.stringify(file),
    sha256,
    width: values['width'] === undefined ? undefined : `"\${${String(values['width'])}}"`,
    channels: values['channels'],
    pooling: values['pooling'],
    classes: classes === undefined ? undefined : JSON.stringify(classes),
  };
  const written = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${String(value)}`],
  );
  return `{ kind: import, ${written.join(', ')} }`;
}
