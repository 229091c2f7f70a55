/** Specs written in tests, taken through the real composition root. No file is read or written. */
import { resolve } from 'node:path';
import { createContainer, DEFINITIONS } from '../../../src/container.js';
import type { Diagnostic } from '../../../src/spec/diagnostic.js';
import { loadSpec, type ResolvedSpec } from '../../../src/spec/load.js';
import { compileValidator } from '../../../src/spec/validate.js';
import { type Planned, Stagecraft } from '../../../src/stagecraft.js';
import { Disk } from '../../../src/util/disk.js';
import type { Result } from '../../../src/util/result.js';

/** The folder in which the files of {@link planSpec} and {@link load} lie. */
export const FOLDER = '/home/user/experiments';

/** Reads from a record of texts by name; any other use fails. */
class TextDisk extends Disk {
  constructor(readonly texts: Readonly<Record<string, string>>) {
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
}

function refuse(): never {
  throw new Error('a plan writes nothing and reads only specs');
}

export interface Options {
  readonly profile?: string;
  readonly sets?: readonly string[];
  /** Files beside the spec, by name. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The spec stands in `FOLDER/spec.yaml`; the user stands in `FOLDER`. */
export async function planSpec(text: string, { profile, sets = [], beside }: Options = {}): Promise<Planned> {
  const container = createContainer({ runsDirectory: '/nowhere', backend: 'wasm' });
  container.unbind(Disk);
  container.bind(Disk).toConstantValue(new TextDisk({ ...beside, 'spec.yaml': text }));
  const planned = await container
    .get(Stagecraft)
    .plan('spec.yaml', { profile, sets, currentDirectory: FOLDER });
  if (!planned.ok) throw new Error(planned.error.diagnostics.map(({ message }) => message).join('\n'));
  return planned.value;
}

const validator = compileValidator(DEFINITIONS);

/** Only the layer of the spec, for hundreds of specs a second. */
export async function load(
  text: string,
  { profile, sets = [], beside }: Options = {},
): Promise<Result<ResolvedSpec, readonly Diagnostic[]>> {
  const disk = new TextDisk({ ...beside, 'spec.yaml': text });
  const options = { profile, sets, currentDirectory: FOLDER };
  return loadSpec('spec.yaml', options, { disk, validator, texts: new Map() });
}

/** A spec that must be right. */
export async function loaded(text: string, options: Options = {}): Promise<ResolvedSpec> {
  const result = await load(text, options);
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('\n'));
  return result.value;
}
