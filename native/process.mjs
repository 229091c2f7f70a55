// @ts-check
/** Finding and running other programs. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ status: number | null, signal: NodeJS.Signals | null, output: string }} Result `output`: the last of what was captured. */
/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, stdout?: 'show' | 'capture' }} Options */

/**
 * Runs a program to its end, without blocking this process (a held lock is touched meanwhile). What it prints is
 * captured; `show` passes all of it on to stderr as well, `stdout: 'show'` lets its stdout be our stderr (a terminal).
 * @param {string} command @param {readonly string[]} args @param {Options} [options] @returns {Promise<Result>}
 */
export function runProgram(command, args, { cwd, env = process.env, show = false, stdout = 'capture' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', stdout === 'show' ? 2 : 'pipe', 'pipe'],
    });
    let output = '';
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output = (output + chunk.toString()).slice(-20_000);
      if (show) process.stderr.write(chunk);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', (error) => resolve({ status: 127, signal: null, output: error.message }));
    child.on('close', (status, signal) => resolve({ status, signal, output }));
  });
}

/**
 * The program's path, or undefined: milliseconds, since nothing is started.
 * @param {string} name @param {string} [searchPath]
 */
export function findOnPath(name, searchPath = process.env['PATH'] ?? '') {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find(isProgram);
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * What a failed program said, as one line: its last line that speaks of an error, else its last line.
 * @param {Result} result
 */
export function lastWords({ status, signal, output }) {
  const lines = output.split('\n').map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  const line = lines.findLast((text) => /error/i.test(text)) ?? lines.at(-1);
  return line ?? (signal ? `it was ended by ${signal}` : `its exit status was ${status}`);
}
