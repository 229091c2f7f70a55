/** Specs written in tests, taken through the real planner. No file is read or written. */
import { resolve } from 'node:path';
import { type Planned, Planner } from '../../../src/planner.js';
import { type BuiltInKinds, kindsWith } from '../../../src/plugins/kinds.js';
import { SpecPlugins } from '../../../src/plugins/spec-plugins.js';
import { type Loaded, type LoadFailure, loadSpec, type ResolvedSpec } from '../../../src/spec/load.js';
import { ParsedFiles } from '../../../src/spec/parse.js';
import { SpecValidator } from '../../../src/spec/validate.js';
import { BUILT_IN_KINDS } from '../../../src/stages/built-in.js';
import { Disk } from '../../../src/util/disk.js';
import { ok, type Result } from '../../../src/util/result.js';

/** The folder in which the files of {@link planSpec} and {@link load} lie. */
export const FOLDER = '/home/user/experiments';

/** Reads from a record of texts by name; any other use fails. */
class TextDisk extends Disk {
  constructor(public texts: Readonly<Record<string, string>>) {
    super();
  }

  readFile(path: string): Promise<Uint8Array> {
    const name = Object.keys(this.texts).find((key) => resolve(FOLDER, key) === path);
    if (name === undefined) return Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' }));
    return Promise.resolve(Buffer.from(this.texts[name]!));
  }

  writeFile = refuse;
  openLog = refuse;
  makeDirectory = refuse;
  list = refuse;
  rename = refuse;
  syncDirectory = refuse;
  remove = refuse;
  lease = refuse;
}

function refuse(): never {
  throw new Error('a plan writes nothing and reads only specs');
}

export interface Options {
  readonly profile?: string;
  readonly sets?: readonly string[];
  /** Other kinds than ours. */
  readonly kinds?: BuiltInKinds;
  /** Files beside the spec, by name. */
  readonly beside?: Readonly<Record<string, string>>;
}

function pathsOf({ beside }: Options, text: string) {
  return new TextDisk({ ...beside, 'spec.yaml': text });
}

const nobody = { names: [], folder: FOLDER };

/** The spec stands in `FOLDER/spec.yaml`; the user stands in `FOLDER`. */
export async function planResult(text: string, options: Options = {}): Promise<Result<Planned, LoadFailure>> {
  return planning(options.kinds)(text, options);
}

/** As {@link planResult}, one plan after the other by one planner, which keeps the files that have not changed. */
export function planning(
  kinds: BuiltInKinds = BUILT_IN_KINDS,
): (text: string, options: Options) => Promise<Result<Planned, LoadFailure>> {
  const disk = new TextDisk({});
  const planner = new Planner(disk, new SpecPlugins(kinds, nobody));
  return (text, { beside, profile, sets = [] }) => {
    disk.texts = { ...beside, 'spec.yaml': text };
    return planner.plan('spec.yaml', { profile, sets, currentDirectory: FOLDER });
  };
}

export async function planSpec(text: string, options: Options = {}): Promise<Planned> {
  const planned = await planResult(text, options);
  if (!planned.ok) throw new Error(planned.error.diagnostics.map(({ message }) => message).join('\n'));
  return planned.value;
}

const validator = new SpecValidator(kindsWith(BUILT_IN_KINDS, []).vocabulary);

/** Only the layer of the spec, for hundreds of specs a second. */
export async function load(text: string, options: Options = {}): Promise<Loaded> {
  const { profile, sets = [] } = options;
  return loadSpec(
    'spec.yaml',
    { profile, sets, currentDirectory: FOLDER },
    {
      disk: pathsOf(options, text),
      files: new ParsedFiles(),
      texts: new Map(),
      validatorFor: () => Promise.resolve(ok(validator)),
    },
  );
}

/** A spec that must be right. */
export async function loaded(text: string, options: Options = {}): Promise<ResolvedSpec> {
  const { spec, mistakes } = await load(text, options);
  if (!spec || mistakes.length > 0) throw new Error(mistakes.map(({ message }) => message).join('\n'));
  return spec;
}

/** The keys of a stage as its kind sees them, defaults filled in: of its only member. */
export async function memberValues(
  text: string,
  stage: string,
  options: Options = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { expansions, specs } = await planSpec(text, options);
  const { kind, key } = specs[0]!.stages.get(stage)!;
  const values = validator.member(
    { name: stage, key },
    { kind, tree: expansions[0]!.members(stage)!.members[0]!.tree },
  );
  if (!values.ok) throw new Error(values.error.map(({ message }) => message).join('\n'));
  return values.value;
}
