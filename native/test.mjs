// @ts-check
/** `npm test [-- PART...]`: set-up, then all test files, or those whose path contains one of the parts. */
import './node-version.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { isProgram, runCommand } from './command.mjs';
import { ensureSetup, ROOT } from './ensure.mjs';

/** Two at a time: a test of the backend uses all cores for a while. */
const CONCURRENCY = 2;

/** @param {string} folder @param {readonly string[]} parts */
export function testFiles(folder, parts) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .map((file) => path.join(folder, file))
    .sort();
}

/**
 * Each file in its own process, reported to our stdout.
 * @param {string[]} files @returns {Promise<boolean>} Whether all passed.
 */
async function runTests(files) {
  let passed = true;
  const events = run({ files, concurrency: CONCURRENCY });
  events.on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) passed = false;
  });
  const report = events.compose(/** @type {import('node:stream').Transform} */ (new spec()));
  report.pipe(process.stdout);
  await finished(report, { writable: false });
  return passed;
}

/** @param {string[]} parts @returns {Promise<number>} The exit status. */
async function main(parts) {
  await ensureSetup();
  const files = testFiles(path.join(ROOT, 'build/test'), parts);
  if (files.length > 0) return (await runTests(files)) ? 0 : 1;
  console.error(
    parts.length === 0 ? 'There is no test file.' : `No test file's path contains ${parts.join(' or ')}.`,
  );
  return 1;
}

if (isProgram(import.meta.url)) await runCommand(main);
