/** All commands; `--help` loads nothing else. */
import type { ParseArgsConfig } from 'node:util';
import type { Invocation } from './invocation.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: Options;
  /** Of options that mean something else here than elsewhere. */
  readonly help?: Readonly<Record<string, string>>;
  /** Loads the command's code; what it resolves to is the exit status. */
  readonly load: () => Promise<{ readonly execute: (invocation: Invocation) => Promise<number> }>;
}

const spec: Options = {
  profile: { type: 'string' },
  set: { type: 'string', multiple: true },
  'allow-plugin': { type: 'string', multiple: true },
};
const store: Options = { store: { type: 'string' } };
const json: Options = { json: { type: 'boolean' } };
const backend: Options = { backend: { type: 'string' }, slots: { type: 'string' } };
const only: Options = { only: { type: 'string', multiple: true } };
/** Of a net. */
const shape: Options = {
  width: { type: 'string' },
  crop: { type: 'string' },
  px: { type: 'string' },
  classes: { type: 'string' },
};
const bench: Options = {
  ...shape,
  net: { type: 'string' },
  long: { type: 'string' },
  batch: { type: 'string' },
  precision: { type: 'string' },
  torch: { type: 'string' },
  repeats: { type: 'string' },
  rounds: { type: 'string' },
  images: { type: 'string' },
};
const running: Options = {
  'fail-fast': { type: 'boolean' },
  accept: { type: 'boolean' },
  'trust-network': { type: 'boolean' },
};
const exporting: Options = {
  format: { type: 'string' },
  dense: { type: 'boolean' },
  force: { type: 'boolean' },
};
/** Of a net that is imported. */
const importing: Options = {
  net: { type: 'string' },
  S: { type: 'string' },
  width: { type: 'string' },
  crop: { type: 'string' },
  class: { type: 'string', multiple: true },
  channels: { type: 'string' },
  pooling: { type: 'string' },
};
const fresh: Options = { 'fresh-code': { type: 'boolean' } };

export const OPTION_HELP: Readonly<Record<string, string>> = {
  profile:
    '--profile NAME      the scale of work that the spec gives this name (default: demo, if it has one)',
  set: '--set path=value    replace one value of the spec; may be repeated',
  'allow-plugin':
    '--allow-plugin NAME let specs load this plugin, which runs its code; may be repeated (or "stagecraft": {"plugins": [...]} in package.json)',
  only: '--only WHAT         a stage, table, kind, recipe or axis=value, with what it needs; may be repeated',
  'fail-fast': '--fail-fast         stop at the first failure (default: do everything that does not need it)',
  accept:
    '--accept            go on with what was begun in another environment, with other bits than in either',
  'trust-network':
    '--trust-network     let workers that train together open a port, on which others could run what they like',
  'fresh-code': '--fresh-code        do again what another version of Stagecraft has made',
  port: '--port N            port of the server (default: 5000, or any free one)',
  all: '--all               read back all, also what was found whole before',
  watch: '--watch             go on as more comes, until Ctrl-C',
  store: '--store DIR         where results go (default: runs)',
  keep: '--keep WHAT         what gc keeps of the experiments: last (default: all), tables (without nets), best (one net each)',
  yes: '--yes               remove without asking',
  backend: '--backend NAME      tensorflow, wasm, cpu (default: auto: tensorflow where set up, else wasm)',
  slots: '--slots N           tasks at once, which share the cores (default: 1): faster where nets are small',
  where:
    '--where axis=value  only these rows; may be repeated; also a stage, table or kind, state=done, state=to-do',
  columns: '--columns A,B       these columns: recipe, kind, stage, state, reason, any axis, ...',
  csv: '--csv               print rows as CSV',
  markdown: '--markdown          print the reference of the spec language',
  stage: '--stage NAME        show the members of this stage, each value with its origin',
  width: "--width W           factor on a net's channels and units, e.g. 1/16 (default: 1, the paper's)",
  crop: "--crop PX           side of a net's training crop (default: 224)",
  px: '--px PX             side of a square image that a net is applied to (default: the crop)',
  classes: '--classes N         classes of a net (default: 1000)',
  pooling: "--pooling HOW       ceil or floor: how a net's pools treat odd sides (default: ceil)",
  net: '--net NAME          the net that is measured (default: D), or that a file holds',
  S: '--S PX              smallest side, or range of sides, that an imported net was trained at (default: 256)',
  class:
    "--class NAME        a class of an imported net, in the order of its scores; for each (default: ILSVRC-2012's)",
  channels: "--channels RGB|BGR  the order of colours in a file of weights (default: its format's usual one)",
  long: '--long PX           the other side of images for dense scores (default: --px)',
  batch: '--batch N           images at once (default: 8)',
  precision: '--precision NAME    float32 or bfloat16 (default: float32)',
  torch: '--torch PYTHON      the same in the PyTorch of this Python, by turns',
  repeats: '--repeats N         times that are measured in one process (default: 5)',
  images: '--images DIR        JPEG files for "bench pipeline" (default: made for it)',
  rounds: '--rounds N          processes of each side (default: 3)',
  format:
    '--format NAME       safetensors, onnx or tfjs (default: by what FILE ends in; model.json is TensorFlow.js)',
  dense: '--dense             an ONNX model for images of any size, whose scores are averaged over positions',
  force: '--force             replace files that are there',
  to: '--to DIR            where "data fetch" puts a set, as a folder of its name (default: data)',
  from: '--from URL          a mirror that "data fetch" takes the same files from; digests stay those of the release',
  root: '--root DIR          the set that "data check NAME" looks at',
  mermaid: '--mermaid           print a drawing of the stages in the language of Mermaid',
  json: '--json              print facts as JSON',
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    usage: 'run SPEC...',
    summary: 'do what specs ask for and is not done yet, as one plan, and print their tables',
    options: { ...spec, ...only, ...fresh, ...store, ...backend, ...running },
    load: () => import('./run.js'),
  },
  plan: {
    usage: 'plan SPEC...',
    summary: 'show what run would do, why, and what it costs',
    options: { ...spec, ...only, ...fresh, ...store, ...backend, ...json, mermaid: { type: 'boolean' } },
    load: () => import('./plan.js'),
  },
  why: {
    usage: 'why TASK SPEC...',
    summary: 'show why one task is done or to do, down to what changed',
    options: { ...spec, ...fresh, ...store, ...backend, ...json },
    load: () => import('./why.js'),
  },
  show: {
    usage: 'show SPEC',
    summary: 'show what a spec comes to and where each value was written',
    options: { ...spec, ...json, stage: { type: 'string' } },
    load: () => import('./show.js'),
  },
  ls: {
    usage: 'ls [SPEC...]',
    summary: 'list the tasks of specs, or what the store holds',
    options: {
      ...spec,
      ...fresh,
      ...store,
      ...backend,
      ...json,
      csv: { type: 'boolean' },
      columns: { type: 'string' },
      where: { type: 'string', multiple: true },
    },
    load: () => import('./ls.js'),
  },
  sync: {
    usage: 'sync [EXPERIMENT...]',
    summary:
      'send to MLflow what it does not have yet, and read it back (MLFLOW_TRACKING_URI names the server)',
    options: { ...store, watch: { type: 'boolean' }, all: { type: 'boolean' } },
    load: () => import('./sync.js'),
  },
  ui: {
    usage: 'ui',
    summary: 'show the results in an MLflow server of their own, and keep up with what comes',
    options: { ...store, port: { type: 'string' } },
    load: () => import('./ui.js'),
  },
  validate: {
    usage: 'validate FILE...',
    summary: 'check specs and name every mistake by file, line and column',
    options: { ...spec, ...json },
    load: () => import('./validate.js'),
  },
  data: {
    usage: 'data check|export|fetch|list',
    summary:
      'name what is wrong with the images of specs (check SPEC...) or of a published set (check NAME), write them as files (export SPEC DIR), get a published set (fetch NAME), list those (list)',
    options: { ...spec, ...json, to: { type: 'string' }, from: { type: 'string' }, root: { type: 'string' } },
    load: () => import('./data.js'),
  },
  import: {
    usage: 'import FILE',
    summary: 'take a net from a file of weights: .caffemodel, .pth, .safetensors or .h5',
    options: { ...store, ...importing },
    help: {
      net: '--net NAME          the net that the file holds (default: that of a published file)',
      pooling:
        "--pooling HOW       ceil or floor: how the net's pools treat odd sides (default: ceil for Caffe and Keras, floor for others)",
      width: "--width W           factor on the net's channels and units, e.g. 1/16 (default: 1)",
    },
    load: () => import('./import.js'),
  },
  export: {
    usage: 'export NET FILE [SPEC...]',
    summary: 'write a net for PyTorch (.safetensors), ONNX Runtime (.onnx) or browsers (model.json)',
    options: { ...spec, ...fresh, ...store, ...backend, ...json, ...exporting },
    load: () => import('./export.js'),
  },
  doctor: {
    usage: 'doctor',
    summary: 'show backend, versions, threads and devices, and what is missing',
    options: json,
    load: () => import('./doctor.js'),
  },
  net: {
    usage: 'net [NAME]',
    summary: "show a net's layers, sizes, receptive fields and costs, or all nets side by side",
    options: {
      ...json,
      ...shape,
      pooling: { type: 'string' },
    },
    load: () => import('./net.js'),
  },
  fsck: {
    usage: 'fsck',
    summary: 'read the whole store and compare it with its digests; what is damaged is set aside',
    options: { ...store, ...json },
    load: () => import('./fsck.js'),
  },
  gc: {
    usage: 'gc',
    summary: 'show what no experiment refers to, ask, and remove it',
    options: { ...store, ...json, keep: { type: 'string' }, yes: { type: 'boolean' } },
    load: () => import('./gc.js'),
  },
  schema: {
    usage: 'schema',
    summary: 'print the JSON Schema of specs, for editors, or their reference (--markdown)',
    options: { markdown: { type: 'boolean' } },
    load: () => import('./schema.js'),
  },
  bench: {
    usage: 'bench WHAT',
    summary:
      'measure this machine beside PyTorch: step, forward or dense of a net, pipeline, tables; plan, of 10,000 tasks',
    options: { ...json, ...bench, ...spec },
    load: () => import('./bench.js'),
  },
};

/** Of one command: what it does, and its options alone. */
export function usageOf({ usage: line, summary, options, help = {} }: Command): string {
  const known = Object.keys(options).map((name) => `  ${help[name] ?? OPTION_HELP[name]!}`);
  return [
    `Usage: stagecraft ${line}${known.length > 0 ? ' [OPTIONS]' : ''}`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(known.length > 0 ? ['', 'Options', ...known] : []),
  ].join('\n');
}

export function usage(): string {
  const width = Math.max(...Object.values(COMMANDS).map((command) => command.usage.length));
  const commands = Object.values(COMMANDS).map(
    (command) => `  ${command.usage.padEnd(width)}  ${command.summary}`,
  );
  return [
    'Usage: stagecraft COMMAND [OPTIONS]',
    '',
    ...commands,
    '',
    'Options',
    ...Object.values(OPTION_HELP).map((line) => `  ${line}`),
    '',
    'Exit status: 0 done, 1 a task failed, 2 the input is wrong, 130 interrupted (run again to go on).',
  ].join('\n');
}
