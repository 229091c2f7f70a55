/** A spec's file to values that are checked and know where they were written. */
import { homedir } from 'node:os';
import { basename, dirname, relative, resolve } from 'node:path';
import { type Disk, isMissing } from '../util/disk.js';
import { failed, ok, type Result } from '../util/result.js';
import { compose, type Composed, type Composition } from './compose.js';
import { type Diagnostic, isOnCommandLine, isSamePlace, type Position } from './diagnostic.js';
import type { DataValues, SpecValues } from './experiment-schema.js';
import { type RawSpec, readChain, type TextReader } from './extend.js';
import { keysAt, kindOf, type LocatedMap, locate, mapAt, placesIn } from './located.js';
import { netMistake } from './net-names.js';
import { isPaperFile, noSpec, paperFileMistakes } from './paper-file.js';
import { type PaperTable, readPaperTable } from './paper-table.js';
import { profileNames } from './profile.js';
import { LIMITS, type ParsedFiles } from './parse.js';
import type { Vocabulary } from './schema.js';
import { subjectMistakes } from './subject-words.js';
import { isExpression, namesUsed, type Scope } from './substitute.js';
import type { SpecValidator } from './validate.js';
import { hostMistakes } from './worker-hosts.js';

/** A stage of a spec as it was written, `defaults` and variables applied; axes are not. */
export interface SpecStage {
  readonly kind: string;
  readonly tree: LocatedMap;
  /** Place of its name. */
  readonly key: Position;
  /** Whether the spec itself wrote it, so that it is wanted; what is only inherited is done where it is needed. */
  readonly own: boolean;
}

/** An image set that a spec names. */
export interface SpecData {
  readonly values: DataValues;
  /** Absolute folder, for sets that have one. */
  readonly root: string | undefined;
  /** Of its kind, where a plugin brings that. */
  readonly kindVersion: string | undefined;
}

/** A spec that has passed every check but those on how its stages refer to each other. */
export interface ResolvedSpec {
  /** The file's name without extension. */
  readonly name: string;
  readonly file: string;
  readonly profile: string | undefined;
  readonly values: SpecValues;
  /** Where each value was written. */
  readonly tree: LocatedMap;
  readonly variables: Scope;
  /** By name, those that are right so far. */
  readonly stages: ReadonlyMap<string, SpecStage>;
  /** Names of stages and groups in which a mistake has been found; what refers to them is not looked at. */
  readonly wrongStages: ReadonlySet<string>;
  readonly ownTables: ReadonlySet<string>;
  /** Whether the spec itself, and not only what it extends, makes a claim. */
  readonly ownsClaims: boolean;
  /** The paper's numbers, by the name of our table. */
  readonly paperTables: ReadonlyMap<string, PaperTable>;
  readonly data: SpecData;
  /** Further image sets, by the name that stages call them. */
  readonly datasets: ReadonlyMap<string, SpecData>;
  /** Absolute folder of the files of weights. */
  readonly weights: string;
  readonly validator: SpecValidator;
}

/** What could be loaded, and every mistake so far; without `spec` nothing more can be found. */
export interface Loaded {
  readonly spec: ResolvedSpec | undefined;
  readonly mistakes: readonly Diagnostic[];
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
  readonly files: ParsedFiles;
  /** The validator for a spec with these plugins. */
  readonly validatorFor: (raw: RawSpec) => Promise<Result<SpecValidator, readonly Diagnostic[]>>;
  /** Takes the text of each file that was read, by the name that messages use. */
  readonly texts: Map<string, string>;
}

export async function loadSpec(path: string, options: LoadOptions, services: LoadServices): Promise<Loaded> {
  const absolute = resolve(options.currentDirectory, path);
  const reader = textReader(options.currentDirectory, services);
  const raw = await readChain(absolute, reader);
  if (!raw.ok) return nothing(raw.error);
  if (isPaperFile(raw.value.tree)) return nothing([noSpec(raw.value.tree)]);
  const validator = await services.validatorFor(raw.value);
  if (!validator.ok) return nothing([...raw.value.mistakes, ...validator.error]);
  const composed = compose(raw.value.tree, options);
  const checked = checkComposed(composed, validator.value);
  const inProfiles = profileNames(raw.value.tree)
    .filter((name) => name !== composed.profile)
    .flatMap((name) => profileMistakes(raw.value.tree, name, validator.value));
  const written = [...raw.value.mistakes, ...composed.mistakes];
  const known = [...written, ...notAmong(written, checked.mistakes)];
  const mistakes = [...known, ...notAmong(known, inProfiles)];
  const name = basename(absolute).replace(/\.ya?ml$/, '');
  if (name === 'store')
    mistakes.push({
      at: { file: raw.value.file, line: 1, column: 1, length: 1 },
      message: 'A spec cannot be called "store": its results would lie among the artifacts.',
      help: 'Rename the file.',
    });
  if (!checked.values) return nothing(mistakes);
  const { tree } = composed;
  const place = { tree, raw: raw.value, options };
  const { metrics } = validator.value.vocabulary;
  const papers = await readPapers(checked.values, { ...place, metrics, reader });
  const spec: ResolvedSpec = {
    name,
    file: raw.value.file,
    profile: composed.profile,
    values: checked.values,
    tree,
    variables: composed.variables,
    stages: stagesOf(tree, raw.value.file),
    wrongStages: checked.wrongStages,
    ownTables: ownNames(tree, 'tables', raw.value.file),
    ownsClaims: ownNames(tree, 'claims', raw.value.file).size > 0,
    paperTables: papers.tables,
    data: dataOf(checked.values.data, ['data'], place, validator.value),
    datasets: new Map(
      Object.entries(checked.values.datasets ?? {}).map(([key, values]) => [
        key,
        dataOf(values, ['datasets', key], place, validator.value),
      ]),
    ),
    weights: folderOf(checked.values.weights, ['weights'], place) ?? dirname(absolute),
    validator: validator.value,
  };
  return { spec, mistakes: [...mistakes, ...papers.mistakes] };
}

/** The mistakes of a file that holds a paper's tables; undefined if it holds something else, or cannot be read. */
export async function checkPaper(
  path: string,
  { currentDirectory }: Pick<LoadOptions, 'currentDirectory'>,
  { metrics, ...services }: Pick<LoadServices, 'disk' | 'files' | 'texts'> & Pick<Vocabulary, 'metrics'>,
): Promise<readonly Diagnostic[] | undefined> {
  const absolute = resolve(currentDirectory, path);
  const reader = textReader(currentDirectory, services);
  const text = await reader.read(absolute);
  const file = reader.nameOf(absolute);
  const parsed = text.ok ? reader.parse(file, text.value) : undefined;
  if (!parsed?.ok || !isPaperFile(parsed.value.tree)) return undefined;
  return [...parsed.value.mistakes, ...paperFileMistakes(parsed.value.tree, file, metrics)];
}

function nothing(mistakes: readonly Diagnostic[]): Loaded {
  return { spec: undefined, mistakes };
}

function textReader(
  currentDirectory: string,
  { disk, files, texts }: Pick<LoadServices, 'disk' | 'files' | 'texts'>,
): TextReader {
  const nameOf = (absolute: string) => {
    const short = relative(currentDirectory, absolute);
    return short === '' || short.startsWith('..') ? absolute : short;
  };
  const read = async (absolute: string) => {
    const text = await readText(disk, absolute);
    if (text.ok) texts.set(nameOf(absolute), text.value);
    return text;
  };
  return { nameOf, read, parse: (name, text) => files.parse(name, text) };
}

async function readText(disk: Disk, path: string): Promise<Result<string, string>> {
  try {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of disk.readParts(path)) {
      parts.push(part);
      bytes += part.length;
      // A device has no end, and what is larger is refused whatever it holds.
      if (bytes > LIMITS.bytes) break;
    }
    return ok(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    if (isMissing(error)) return failed('There is no such file.');
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      error.code === 'EISDIR' ? 'This is a folder.' : `It cannot be read (${String(error.code)}).`,
    );
  }
}

/** The schema's mistakes of the whole and of each stage; no values if too much is wrong. */
function checkComposed(
  { tree, brokenVariables, brokenStages }: Composed,
  validator: SpecValidator,
  complete = true,
) {
  const spec = validator.spec(tree, complete);
  const wrongStages = new Set(brokenStages);
  const mistakes: Diagnostic[] = [...defaultsMistakes(tree, validator), ...hostMistakes(tree)];
  const stages = stagesOf(tree, '');
  for (const name of keysAt(tree, 'stages')) if (!stages.has(name)) wrongStages.add(name);
  for (const [name, { key }] of mapAt(tree, 'nets')?.entries ?? [])
    if (validator.vocabulary.nets.includes(name))
      mistakes.push({
        at: key,
        message: `"${name}" is a net of the paper already, and another of that name would stand beside its numbers.`,
        help: 'Give it another name.',
      });
  for (const [name, stage] of stages) {
    // A wrong kind is the whole's mistake.
    const isNamed = validator.isNamed(stage.kind);
    const found = isNamed
      ? [
          ...validator.stage({ name, key: stage.key }, stage, complete),
          ...(complete
            ? subjectMistakes({ name, key: stage.key }, stage.tree, validator.subject(stage.kind))
            : []),
          ...wrongNets(stage, tree, validator),
        ]
      : [];
    if (found.length > 0 || !isNamed || usesAny(stage.tree, brokenVariables)) wrongStages.add(name);
    mistakes.push(...notAmong(mistakes, found));
  }
  for (const group of keysAt(tree, 'groups'))
    if (spec.values && !Object.hasOwn(spec.values.groups ?? {}, group)) wrongStages.add(group);
  return { values: spec.values, wrongStages, mistakes: [...spec.mistakes, ...mistakes] };
}

function usesAny(stage: LocatedMap, variables: readonly string[]): boolean {
  if (variables.length === 0) return false;
  const used = namesUsed(stage);
  return variables.some((variable) => used.has(variable));
}

/** Said once, and not for every stage that has them. */
function defaultsMistakes(tree: LocatedMap, validator: SpecValidator): readonly Diagnostic[] {
  return [...(mapAt(tree, 'defaults')?.entries ?? [])].flatMap(([kind, { key, value }]) =>
    value.kind === 'map' && validator.isNamed(kind) ? validator.defaults({ kind, tree: value }, key) : [],
  );
}

/** Nets by name that do not exist; those that are still expressions are looked at member by member. */
function wrongNets(
  { kind, tree: stage }: SpecStage,
  tree: LocatedMap,
  validator: SpecValidator,
): readonly Diagnostic[] {
  const known = [...new Set([...validator.vocabulary.nets, ...keysAt(tree, 'nets')])];
  return validator.netKeys(kind).flatMap((key) => {
    const value = stage.entries.get(key)?.value;
    // An empty name is the schema's mistake.
    if (value?.kind !== 'scalar' || typeof value.value !== 'string' || value.value === '') return [];
    if (isExpression(value)) return [];
    const mistake = netMistake(value.value, known);
    return mistake ? [{ at: value.at, ...mistake }] : [];
  });
}

function stagesOf(tree: LocatedMap, file: string): ReadonlyMap<string, SpecStage> {
  const stages = new Map<string, SpecStage>();
  for (const [name, { key, value }] of mapAt(tree, 'stages')?.entries ?? []) {
    const kind = kindOf(value);
    if (value.kind === 'map' && kind !== undefined)
      stages.set(name, { kind: String(kind), tree: value, key, own: key.file === file });
  }
  return stages;
}

function ownNames(tree: LocatedMap, section: string, file: string): ReadonlySet<string> {
  const entries = [...(mapAt(tree, section)?.entries ?? [])];
  return new Set(entries.filter(([, { key }]) => key.file === file).map(([name]) => name));
}

/** What is wrong with what a profile sets, found before somebody chooses it; it may leave out what `--set` will give. */
function profileMistakes(raw: LocatedMap, profile: string, validator: SpecValidator): Diagnostic[] {
  const entry = locate(raw, ['profiles', profile])!;
  const places = new Set(placesIn(entry.value));
  const composed = compose(raw, { profile, sets: [] });
  const { mistakes } = checkComposed(composed, validator, false);
  const all = [...composed.mistakes, ...notAmong(composed.mistakes, mistakes)];
  return all.filter(({ at }) => places.has(at));
}

function notAmong(known: readonly Diagnostic[], more: readonly Diagnostic[]): Diagnostic[] {
  return more.filter(({ at }) => !known.some((diagnostic) => isSamePlace(diagnostic.at, at)));
}

interface SpecPlace {
  readonly tree: LocatedMap;
  readonly raw: RawSpec;
  readonly options: LoadOptions;
}

/** Folder that a path is relative to: that of the file which says so; the current one for `--set`. */
function baseOf(path: readonly string[], { tree, raw, options }: SpecPlace): string {
  const { at } = locate(tree, path)!.value;
  return isOnCommandLine(at) ? options.currentDirectory : dirname(raw.files.get(at.file)!);
}

function dataOf(
  values: DataValues,
  path: readonly string[],
  place: SpecPlace,
  { vocabulary }: SpecValidator,
): SpecData {
  const { version } = vocabulary.datasets.find(({ kind }) => kind === values.kind) ?? {};
  return { values, root: folderOf(values.root, [...path, 'root'], place), kindVersion: version };
}

/** @param path of the key that names it */
function folderOf(folder: string | undefined, path: readonly string[], place: SpecPlace): string | undefined {
  if (folder === undefined) return undefined;
  return resolve(baseOf(path, place), folder.replace(/^~(?=$|\/)/, homedir()));
}

async function readPapers(
  { tables = {} }: SpecValues,
  { metrics, reader, ...place }: SpecPlace & Pick<Vocabulary, 'metrics'> & { readonly reader: TextReader },
) {
  const papers = new Map<string, PaperTable>();
  const mistakes: Diagnostic[] = [];
  for (const [name, table] of Object.entries(tables)) {
    if (table.paper === undefined) continue;
    const [paperFile, paperName] = table.paper.split('#') as [string, string];
    const path = ['tables', name, 'paper'];
    const absolute = resolve(baseOf(path, place), paperFile);
    const source = { file: reader.nameOf(absolute), name: paperName };
    const { at } = locate(place.tree, path)!.value;
    const text = await reader.read(absolute);
    const parsed = text.ok ? reader.parse(source.file, text.value) : undefined;
    if (!parsed) {
      const message = text.ok ? '' : `"${source.file}": ${text.error}`;
      mistakes.push({ at, message, help: 'The path is relative to the file that names it.' });
      continue;
    }
    if (parsed.ok) mistakes.push(...parsed.value.mistakes);
    const paper = parsed.ok ? readPaperTable(source, parsed.value.tree, { reference: at, metrics }) : parsed;
    if (paper.ok) papers.set(name, paper.value);
    else mistakes.push(...paper.error);
  }
  return { tables: papers, mistakes };
}
