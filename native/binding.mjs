// @ts-check
/** tfjs-node-gpu's own N-API binding, compiled against the library in the cache. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { patched } from './binding-patch.mjs';
import { COMPILER_FLAGS } from './platforms.mjs';
import { lastWords, runProgram } from './process.mjs';

export const BINDING = 'tfjs_binding.node';
const PACKAGE = 'node_modules/@tensorflow/tfjs-node-gpu';
const NAPI_HEADERS = 'node_modules/node-api-headers';
/** Ours. */
const ADDED = fileURLToPath(new URL('binding', import.meta.url));

/**
 * What is compiled: the sources as patched, and the N-API headers by their version.
 * @param {string} root @returns {{ sources: string, headers: string, package: string }}
 */
export function bindingIdentity(root) {
  const hash = createHash('sha256').update(COMPILER_FLAGS.join('\0'));
  for (const { name, text } of sourcesOf(root)) hash.update(`${name}\0`).update(text);
  return {
    sources: hash.digest('hex'),
    headers: versionOf(root, NAPI_HEADERS),
    package: versionOf(root, PACKAGE),
  };
}

/** The package's sources as patched, and ours. @param {string} root @returns {{ name: string, text: string }[]} */
function sourcesOf(root) {
  return [path.join(root, PACKAGE, 'binding'), ADDED].flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => ({ name, text: patched(name, readFileSync(path.join(folder, name), 'utf8')) })),
  );
}

/** @param {string} root @param {string} folder */
function versionOf(root, folder) {
  return /** @type {{ version: string }} */ (
    JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  ).version;
}

/**
 * Compiles into `folder`, which holds lib/ and include/. Answers with the one line that says what went wrong.
 * @param {{ root: string, folder: string, platform: import('./platforms.mjs').Platform, compiler: string }} job
 * @returns {Promise<string | undefined>}
 */
export async function compileBinding({ root, folder, platform, compiler }) {
  const source = path.join(root, PACKAGE);
  const sources = path.join(folder, 'binding');
  mkdirSync(sources);
  for (const { name, text } of sourcesOf(root)) writeFileSync(path.join(sources, name), text);
  const compiled = await runProgram(
    compiler,
    [
      ...COMPILER_FLAGS,
      ...[source, path.join(folder, 'include'), path.join(root, NAPI_HEADERS, 'include')].map(
        (item) => `-I${item}`,
      ),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join(sources, file)),
      ...platform.libraries.map((file) => path.join(folder, 'lib', file)),
      ...platform.compilerFlags,
      ...['-o', path.join(folder, BINDING)],
    ],
    { cwd: folder },
  );
  rmSync(sources, { recursive: true });
  if (compiled.status === 0) return undefined;
  return `${path.basename(compiler)} could not compile the binding (${lastWords(compiled)}): ${platform.install.compiler} brings a current one.`;
}

/**
 * Loads the binding in another process, since a CPU that lacks an instruction ends the process at once.
 * @param {string} folder @param {readonly string[]} libraryPath @returns {Promise<string | undefined>}
 */
export async function loadTest(folder, libraryPath) {
  const script = 'process.stdout.write(require(process.argv[1]).TF_Version)';
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...loaderPath(libraryPath) };
  const loaded = await runProgram(process.execPath, ['-e', script, path.join(folder, BINDING)], { env });
  if (loaded.status === 0) return undefined;
  if (loaded.signal === 'SIGILL') {
    return 'TensorFlow does not run on this CPU, which lacks instructions that it was compiled for (AVX): use a newer machine.';
  }
  return `The TensorFlow library does not load (${lastWords(loaded)}): delete ${folder} and start again.`;
}

/** @param {readonly string[]} folders @returns {NodeJS.ProcessEnv} */
export function loaderPath(folders) {
  if (folders.length === 0) return {};
  const own = process.env['LD_LIBRARY_PATH'];
  return { LD_LIBRARY_PATH: [...folders, ...(own ? [own] : [])].join(path.delimiter) };
}
