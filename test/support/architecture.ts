/** Which part of src may import which, as a table, and the function that checks a list of files against it. */
import { posix } from 'node:path';
import ts from 'typescript';

export interface File {
  /** Relative to src, with `/`. */
  readonly path: string;
  readonly text: string;
}

const BELOW_CONTAINER = [
  'stages/*',
  'stages/built-in',
  'planner',
  'plugins',
  'stores',
  'trackers',
  'executors',
  'stagecraft',
  'report',
  'inspect',
  'export',
  'upkeep',
  'run',
  'plan',
  'spec',
  'data',
  'image',
  'nn',
  'util',
];

/** By layer: a folder of src or a file in src itself. Each may import itself and what is listed, and nothing else. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  util: [],
  // Arithmetic alone.
  statistics: [],
  data: ['util'],
  image: ['util'],
  nn: ['util'],
  // Looks at whole image sets, for people: no stage.
  inspect: ['data', 'image', 'nn', 'util'],
  // Brings published image sets here.
  fetch: ['data', 'util'],
  // Looks at whole stores, for people.
  upkeep: ['nn', 'run', 'plan', 'util'],
  // Writes nets of the store for other programs.
  export: ['stores/artifact-files', 'stores/read-json', 'nn', 'run', 'plan', 'util'],
  // Times what nets take, ours and others'.
  measure: ['nn', 'image', 'stages/train/batches', 'executors/worker-protocol', 'util'],
  spec: ['util'],
  plan: ['spec', 'util'],
  run: ['plan', 'spec', 'data/dataset', 'data/class-problems', 'util'],
  'stages/*': ['run', 'plan', 'spec', 'image', 'data', 'nn', 'statistics', 'util'],
  // The list of the kinds that come with us: data, no work.
  'stages/built-in': ['stages/*', 'plan', 'spec'],
  plugins: ['run', 'plan', 'spec', 'data', 'nn', 'util'],
  stores: ['run', 'plan', 'util'],
  trackers: ['run', 'plan', 'util'],
  executors: ['run', 'plan', 'util'],
  report: ['run', 'plan', 'spec', 'statistics', 'util'],
  planner: ['plugins', 'stages/built-in', 'run', 'plan', 'spec', 'data', 'util'],
  // A step of the set-up.
  precompile: ['stages/built-in', 'plugins/kinds', 'util'],
  stagecraft: [
    'planner',
    'plugins',
    'report',
    'inspect',
    'export',
    'upkeep',
    'run',
    'plan',
    'spec',
    'data',
    'util',
  ],
  container: BELOW_CONTAINER,
  'worker-container': BELOW_CONTAINER,
  index: ['container', 'planner', 'stagecraft', 'export', 'report', 'run', 'plan', 'spec', 'util'],
  // What packages of users build on.
  plugin: ['plugins', 'run', 'plan', 'spec', 'data', 'nn', 'util'],
  // The process that sends a journal to MLflow.
  sender: ['trackers', 'run', 'util'],
  worker: [
    'worker-container',
    'plugins',
    'executors/worker-channel',
    'executors/worker-protocol',
    'nn',
    'image',
    'run',
    'plan',
    'util',
  ],
  cli: [
    'container',
    'stagecraft',
    'planner',
    'plugins',
    'inspect',
    'export',
    'fetch',
    'upkeep',
    'measure',
    'stages/built-in',
    'nn/installation',
    'nn/net-facts',
    'executors/probe-worker',
    'trackers',
    'report',
    'run',
    'plan',
    'spec',
    'util',
  ],
};

const MAX_LINES = 400;

/** What `stagecraft --help` loads. */
const HELP_FILES = ['cli.ts', 'cli/command-table.ts'];

export interface Import {
  readonly file: File;
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Path of the file of ours that is meant. */
  readonly target: string | undefined;
  /** Whether starting the file loads the target: not so for `import()` and for types. */
  readonly loads: boolean;
  /** Whether nothing of it is left in the compiled file. */
  readonly isType: boolean;
}

/** One line each, `src/file:line what is wrong`, in the order of the files. */
export function offences(files: readonly File[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
  return [
    ...files.flatMap((file) => [
      ...(layerOf(file.path) in MAY_IMPORT
        ? []
        : [`src/${file.path}:1 the table of layers has no ${part(file.path)}`]),
      ...imports.get(file.path)!.flatMap((found) => wrongImport(found, paths)),
      ...prints(file),
      ...tooLong(file),
    ]),
    ...circles(imports),
  ];
}

function wrongImport({ file, line, specifier, target, loads }: Import, paths: ReadonlySet<string>): string[] {
  const { path } = file;
  const offence = (what: string) => [`src/${path}:${line} ${what}`];
  if (target === undefined) {
    if (specifier === 'inversify' && !/^((worker-)?container|(.*\/)?module)\.ts$/.test(path))
      return offence('inversify belongs in container.ts, worker-container.ts and module.ts files');
    return specifier.startsWith('@tensorflow/') && part(path) !== 'nn'
      ? offence(`${specifier} belongs in nn`)
      : [];
  }
  if (!paths.has(target)) return offence(`there is no src/${target}`);
  if (HELP_FILES.includes(path) && loads && !HELP_FILES.includes(target))
    return offence(`--help would load src/${target}`);
  if (part(path) === part(target)) return [];
  const allowed = MAY_IMPORT[layerOf(path)] ?? [];
  const names = [layerOf(target), target.replace(/\.ts$/, '')];
  return names.some((name) => allowed.includes(name))
    ? []
    : offence(`${part(path)} must not import ${part(target)} (src/${target})`);
}

/** `spec`, `stages/train`; a file in src itself is a part of its own, but `cli.ts` belongs to `cli`. */
function part(path: string): string {
  const [folder, inner] = path.replace(/\.ts$/, '').split('/') as [string, string?];
  return folder === 'stages' && inner !== undefined ? `stages/${inner}` : folder;
}

/** The row of the table that is about a file. */
function layerOf(path: string): string {
  const layer = part(path);
  return layer in MAY_IMPORT ? layer : layer.replace(/^stages\/.*/, 'stages/*');
}

export function importsOf(file: File): Import[] {
  const found: Import[] = [];
  eachNode(file, (node, source) => {
    const specifier = specifierOf(node);
    if (!specifier) return;
    const written = specifier.text;
    found.push({
      file,
      line: lineOf(node, source),
      specifier: written,
      target: written.startsWith('.')
        ? posix.join(posix.dirname(file.path), written).replace(/\.js$/, '.ts')
        : undefined,
      loads: !ts.isCallExpression(node) && !isTypeOnly(node),
      isType: !ts.isCallExpression(node) && isTypeOnly(node),
    });
  });
  return found;
}

/** The name in `import ... from`, `export ... from`, `import()` and the type `import('...').X`. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  let name: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) name = node.moduleSpecifier;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    name = node.arguments[0];
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) name = node.argument.literal;
  return name && ts.isStringLiteralLike(name) ? name : undefined;
}

/** Such an import is gone from the compiled file. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isExportDeclaration(node) ? node.isTypeOnly : true;
}

function prints(file: File): string[] {
  if (part(file.path) === 'cli') return [];
  const lines: number[] = [];
  eachNode(file, (node, source) => {
    if (ts.isIdentifier(node) && node.text === 'console') lines.push(lineOf(node, source));
  });
  return lines.map((line) => `src/${file.path}:${line} only the command line prints`);
}

function tooLong({ path, text }: File): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > MAX_LINES
    ? [`src/${path}:${MAX_LINES + 1} the file has ${lines} lines, at most ${MAX_LINES} are allowed`]
    : [];
}

/** Each circle once, at the import that enters it first. */
function circles(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, chain: readonly Import[]) => {
    const start = chain.findIndex(({ file }) => file.path === path);
    if (start >= 0) {
      const circle = chain.slice(start);
      const names = [...circle.map(({ file }) => file.path), path].join(' -> ');
      found.push(`src/${path}:${circle[0]!.line} imports in a circle: ${names}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of imports.get(path) ?? [])
      if (next.target !== undefined) visit(next.target, [...chain, next]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return found;
}

function eachNode(file: File, look: (node: ts.Node, source: ts.SourceFile) => void): void {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  const visit = (node: ts.Node): void => {
    look(node, source);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function lineOf(node: ts.Node, source: ts.SourceFile): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}
