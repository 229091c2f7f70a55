/** A spec's file to values that are checked and know where they were written. */
import { homedir } from 'node:os';
import { basename, dirname, relative, resolve } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { type Disk, isMissing } from '../util/disk.js';
import { failed, ok, type Result } from '../util/result.js';
import { type Composition, compose, profileNames } from './compose.js';
import { type Diagnostic, isOnCommandLine, isSamePlace } from './diagnostic.js';
import { type LocatedMap, locate, placesIn } from './located.js';
import { type PaperTable, readPaperTable } from './paper-table.js';
import { parseYaml } from './parse.js';
import type { ExperimentSpec } from './schema.js';
import { validatePart, validateSpec } from './validate.js';

/** A spec that has passed every check but those on how its stages refer to each other. */
export interface ResolvedSpec {
  /** The file's name without extension. */
  readonly name: string;
  readonly file: string;
  readonly profile: string | undefined;
  readonly values: ExperimentSpec;
  /** Where each value was written. */
  readonly tree: LocatedMap;
  /** The paper's numbers, by the name of our table. */
  readonly paperTables: ReadonlyMap<string, PaperTable>;
  /** Absolute folder of the images, for sets that have one. */
  readonly dataRoot: string | undefined;
}

/** Mistakes, and the texts that they point into. */
export interface LoadFailure {
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
}

export interface LoadOptions extends Composition {
  /** Absolute; paths in messages are relative to it, and so are paths given by `--set`. */
  readonly currentDirectory: string;
}

export interface LoadServices {
  readonly disk: Disk;
  readonly validator: ValidateFunction;
  /** Takes the text of each file that was read, by the name that messages use. */
  readonly texts: Map<string, string>;
}

export async function loadSpec(
  path: string,
  options: LoadOptions,
  services: LoadServices,
): Promise<Result<ResolvedSpec, readonly Diagnostic[]>> {
  const absolute = resolve(options.currentDirectory, path);
  const file = shortPath(options.currentDirectory, absolute);
  const read = async (from: string, as: string) => {
    const text = await readText(services.disk, from);
    if (text.ok) services.texts.set(as, text.value);
    return text;
  };

  const text = await read(absolute, file);
  if (!text.ok) {
    const at = { file, line: 1, column: 1, length: 1 };
    return failed([{ at, message: text.error, help: 'Specs are YAML files, see experiments/.' }]);
  }
  const parsed = parseYaml(file, text.value);
  if (!parsed.ok) return parsed;
  const { tree, profile, mistakes: uncomposed } = compose(parsed.value, options);
  const valid = validateSpec(tree, services.validator);
  const unchosen = profileNames(parsed.value).filter((name) => name !== profile);
  const inProfiles = unchosen.flatMap((name) => profileMistakes(parsed.value, name, services.validator));
  if (!valid.ok) return failed([...uncomposed, ...valid.error, ...notAmong(valid.error, inProfiles)]);
  if (uncomposed.length + inProfiles.length > 0) return failed([...uncomposed, ...inProfiles]);

  const paperTables = new Map<string, PaperTable>();
  const mistakes: Diagnostic[] = [];
  for (const [name, table] of Object.entries(valid.value.tables ?? {})) {
    if (table.paper === undefined) continue;
    const [paperFile, paperName] = table.paper.split('#') as [string, string];
    const paperPath = resolve(dirname(absolute), paperFile);
    const as = shortPath(options.currentDirectory, paperPath);
    const at = locate(tree, ['tables', name, 'paper'])!.value.at;
    const paper = readPaperTable({ file: as, name: paperName }, await read(paperPath, as), at);
    if (paper.ok) paperTables.set(name, paper.value);
    else mistakes.push(...paper.error);
  }
  if (mistakes.length > 0) return failed(mistakes);

  const dataRoot = resolveRoot(valid.value.data.root, tree, absolute, options.currentDirectory);
  const name = basename(absolute).replace(/\.ya?ml$/, '');
  return ok({ name, file, profile, values: valid.value, tree, paperTables, dataRoot });
}

/** What is wrong with what a profile sets, found before somebody chooses it; it may leave out what `--set` will give. */
function profileMistakes(raw: LocatedMap, profile: string, validator: ValidateFunction): Diagnostic[] {
  const places = new Set(placesIn(locate(raw, ['profiles', profile])!.value));
  const { tree, mistakes } = compose(raw, { profile, sets: [] });
  return [...mistakes, ...validatePart(tree, validator)].filter(({ at }) => places.has(at));
}

function notAmong(known: readonly Diagnostic[], more: readonly Diagnostic[]): Diagnostic[] {
  return more.filter(({ at }) => !known.some((diagnostic) => isSamePlace(diagnostic.at, at)));
}

/** Relative to the file that names it; what `--set` or a shell gives is relative to the current folder. */
function resolveRoot(
  root: string | undefined,
  tree: LocatedMap,
  spec: string,
  currentDirectory: string,
): string | undefined {
  if (root === undefined) return undefined;
  const writtenIn = locate(tree, ['data', 'root'])!.value.at;
  const base = isOnCommandLine(writtenIn) ? currentDirectory : dirname(spec);
  return resolve(base, root.replace(/^~(?=$|\/)/, homedir()));
}

function shortPath(from: string, to: string): string {
  const short = relative(from, to);
  return short.startsWith('..') ? to : short;
}

async function readText(disk: Disk, path: string): Promise<Result<string, string>> {
  try {
    return ok(Buffer.from(await disk.readFile(path)).toString('utf8'));
  } catch (error) {
    if (isMissing(error)) return failed('There is no such file.');
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      error.code === 'EISDIR' ? 'This is a folder.' : `It cannot be read (${String(error.code)}).`,
    );
  }
}
