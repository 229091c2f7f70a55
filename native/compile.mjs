// @ts-check
/** TypeScript to JavaScript, when a source changed since the last time. */
import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from './process.mjs';
import { writeWhole } from './record.mjs';

const STAMP = 'build/.sources.json';
const FOLDERS = ['src', 'test'];
const SETTINGS = ['tsconfig.json', 'package.json', 'package-lock.json'];

/** @typedef {Record<string, string>} Stamp Size and time of change, by path. */

/** @param {string} root @returns {Stamp} */
export function stampOf(root) {
  const files = [...SETTINGS, ...FOLDERS.flatMap((folder) => sourcesIn(root, folder))];
  return Object.fromEntries(files.map((file) => [file, sizeAndTime(path.join(root, file))]));
}

/** @param {string} root @param {string} folder @returns {string[]} */
function sourcesIn(root, folder) {
  const where = path.join(root, folder);
  if (!fs.existsSync(where)) return [];
  return fs.readdirSync(where, { withFileTypes: true }).flatMap((item) => {
    const file = path.join(folder, item.name);
    if (item.isDirectory()) return sourcesIn(root, file);
    return /\.([cm]?ts|json)$/.test(item.name) ? [file] : [];
  });
}

/** @param {string} file */
function sizeAndTime(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : 'absent';
}

/** @param {string} root @returns {Stamp | undefined} */
function lastStamp(root) {
  try {
    return /** @type {Stamp} */ (JSON.parse(fs.readFileSync(path.join(root, STAMP), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A packed product has no tsconfig.json: it is compiled already. @param {string} root */
export function compiledReady(root) {
  if (!fs.existsSync(path.join(root, 'tsconfig.json'))) return true;
  const built = (/** @type {string} */ name) => fs.existsSync(path.join(root, 'build/src', name));
  if (built('precompile.js') && !built('compiled-schemas')) return false;
  return JSON.stringify(lastStamp(root)) === JSON.stringify(stampOf(root));
}

/**
 * Answers with tsc's complaints.
 * @param {{ root: string, say: (line: string) => void }} job @returns {Promise<string | undefined>}
 */
export async function compileSources({ root, say }) {
  say('Compiling the TypeScript.');
  const stamp = stampOf(root);
  removeStale(root, lastStamp(root), stamp);
  fs.rmSync(path.join(root, STAMP), { force: true });
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status, output } = await runProgram(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: root });
  if (status !== 0) return `${output.trim()}\nThe TypeScript sources do not compile.`;
  // tsc writes it without the right to run it, which `npx stagecraft` needs.
  const program = path.join(root, 'build/src/cli.js');
  if (fs.existsSync(program)) fs.chmodSync(program, 0o755);
  const precompile = path.join(root, 'build/src/precompile.js');
  // Projects of tests have none.
  if (fs.existsSync(precompile)) {
    const schemas = await runProgram(process.execPath, [precompile], { cwd: root });
    if (schemas.status !== 0) return `${schemas.output.trim()}\nThe schemas of specs do not compile.`;
  }
  writeWhole(path.join(root, STAMP), JSON.stringify(stamp));
  return undefined;
}

/**
 * Outputs whose source is gone would still be run as tests or imported.
 * @param {string} root @param {Stamp | undefined} before @param {Stamp} now
 */
function removeStale(root, before, now) {
  if (!before) {
    // Nothing is known of what lies there; and tsc writes only what its own notes call out of date.
    for (const item of ['src', 'test', '.tsbuildinfo']) {
      fs.rmSync(path.join(root, 'build', item), { recursive: true, force: true });
    }
    return;
  }
  for (const source of Object.keys(before).filter((file) => !(file in now) && /\.[cm]?ts$/.test(file))) {
    const output = path.join(root, 'build', source.replace(/ts$/, ''));
    for (const end of ['js', 'js.map', 'd.ts']) fs.rmSync(output + end, { force: true });
  }
}
