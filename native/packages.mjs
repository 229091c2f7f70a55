// @ts-check
/** Node packages: `npm ci`, when node_modules is not what package-lock.json says. */
import fs from 'node:fs';
import path from 'node:path';
import { findOnPath, lastWords, runProgram } from './process.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */

/**
 * Whether npm's own record of node_modules, which it writes last, has every package of the lock file at its digest. So
 * a developer's `npm install` counts as well. Optional packages are those of other platforms. A packed product has no
 * lock file: its packages came with it.
 * @param {string} root
 */
export function packagesReady(root) {
  const lock = read(root, 'package-lock.json');
  if (lock === undefined) return true;
  const there = packagesIn(read(root, 'node_modules/.package-lock.json'));
  return Object.entries(packagesIn(lock)).every(([where, { version, integrity, optional }]) => {
    const found = there[where];
    if (where === '' || (optional && !found)) return true;
    return (
      found?.version === version && found?.integrity === integrity && fs.existsSync(path.join(root, where))
    );
  });
}

/** @param {string | undefined} text @returns {Record<string, Locked>} */
function packagesIn(text) {
  if (text === undefined) return {};
  return /** @type {{ packages?: Record<string, Locked> }} */ (JSON.parse(text)).packages ?? {};
}

/** @param {string} root @param {string} file */
function read(root, file) {
  try {
    return fs.readFileSync(path.join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Answers with the one line that says what went wrong.
 * @param {{ root: string, say: (line: string) => void }} job @returns {Promise<string | undefined>}
 */
export async function installPackages({ root, say }) {
  const npm = npmCommand();
  if (!npm) return 'npm is missing: it comes with Node (apt-get install npm, or brew install node).';
  say('Installing the node packages.');
  const [command, ...args] = [...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, signal, output } = await runProgram(command ?? '', args, { cwd: root });
  if (status !== 0)
    return `npm ci failed (${lastWords({ status, signal, output })}): look at the network or npm's settings and start again.`;
  return undefined;
}

/** The npm that started us, else the one on the PATH. @param {NodeJS.ProcessEnv} [env] */
export function npmCommand(env = process.env) {
  const script = env['npm_execpath'];
  if (script && /^npm(-cli)?\.c?js$/.test(path.basename(script))) return [process.execPath, script];
  const npm = findOnPath('npm', env['PATH']);
  return npm ? [npm] : undefined;
}
