import { basename, dirname, join, relative, resolve } from 'node:path';
import { type RecognisedWeights, recogniseWeights } from '../inspect/recognise-weights.js';
import { replaceWhole } from '../util/disk.js';
import { digestBytes } from '../util/digest.js';
import { NodeDisk } from '../util/node-disk.js';
import { UserError } from '../util/user-error.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { MAX_PX, netNamed, poolingOf, refuse, wholeNumber, widthOf } from './net-options.js';
import { execute as run } from './run.js';
import { untilStopped } from './until-stopped.js';

/** Writes a spec that imports one file, and runs it: its lines are those that other specs take the net by. */
export async function execute(invocation: Invocation): Promise<number> {
  const [file, ...more] = invocation.positionals;
  if (file === undefined)
    throw new UserError('Which file? E.g. stagecraft import vgg16-397923af.pth --net D');
  if (more.length > 0) throw new UserError(`One file at a time: ${file}, then ${more.join(', ')}.`);
  const path = resolve(file);
  const { values } = invocation;
  checkOptions(values);
  const named = [path, ...((values['class'] as readonly string[] | undefined) ?? [])].find((text) =>
    text.includes('${'),
  );
  if (named !== undefined)
    throw new UserError(
      `${JSON.stringify(named)} would be an expression in a spec, because of "\${". Give it another name.`,
    );
  const { signal } = untilStopped();
  const known = await recogniseWeights(path, values['net'] as string | undefined, signal).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    },
  );
  if (!known) return INTERRUPTED;
  const { sha256, release, net } = known;
  const S = String(values['S'] ?? release?.S ?? UNKNOWN_S);
  console.log(release ? `${file} is ${release.name}, net ${release.net}.` : `${file}: SHA-256 ${sha256}.`);
  if (values['S'] === undefined && release?.S === undefined)
    console.log(`S is taken as ${S} px: the file does not say at which scale it was trained (--S does).`);
  const stage = stageOf(basename(path), known, { ...values, S });
  const store = resolve((values['store'] as string | undefined) ?? 'runs');
  const text = specOf(dirname(path), stage, values['crop'] as string | undefined);
  // Of its own for each file and all that is said of it: an experiment refers to what it has made last.
  const spec = join(
    store,
    'imports',
    `import-${net.toLowerCase()}-${digestBytes(Buffer.from(text)).slice(0, 12)}.yaml`,
  );
  const disk = new NodeDisk();
  await disk.makeDirectory(dirname(spec));
  await replaceWhole(disk, spec, text);
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

/** The scale of most rows of Table 3. */
const UNKNOWN_S = 256;

/** Here, where the user wrote them: in the spec they would be told by its lines. @throws UserError */
function checkOptions(values: Invocation['values']): void {
  const given = (option: string, check: (text: string) => unknown) => {
    if (values[option] !== undefined) check(String(values[option]));
  };
  given('net', netNamed);
  given('width', (text) => widthOf(text, 1));
  given('pooling', poolingOf);
  given('crop', (text) => wholeNumber('crop', text, 32, MAX_PX));
  given('channels', (text) =>
    ['RGB', 'BGR'].includes(text) ? text : refuse('channels', text, 'RGB or BGR'),
  );
  given('S', (text) => {
    const sides = /^\d{1,4}(\.\.\d{1,4})?$/.test(text) ? text.split('..').map(Number) : [];
    const areRight = sides.length > 0 && sides[0]! >= 224 && (sides[1] ?? Infinity) > sides[0]!;
    return areRight ? text : refuse('S', text, 'px from 224, or a range of them, such as 256 or 256..512');
  });
  const classes = values['class'] as readonly string[] | undefined;
  if (classes && (classes.length < 2 || new Set(classes).size < classes.length))
    throw new UserError('--class NAME is said for each class once, at least two of them.');
}

/** JSON's texts and lists are YAML's too. */
function stageOf(file: string, { net, sha256 }: RecognisedWeights, values: Invocation['values']): string {
  const classes = values['class'];
  const keys = {
    net: JSON.stringify(net),
    S: values['S'],
    // A tilde would be the home folder.
    file: JSON.stringify(file.startsWith('~') ? `./${file}` : file),
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
