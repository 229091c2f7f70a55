// @ts-check
/** `npm start [-- SPEC...] [OPTIONS]`: set-up, then the tables. */
import './node-version.mjs';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { isProgram, runCommand } from './command.mjs';
import { ensureSetup, ROOT } from './ensure.mjs';

const DEFAULT_SPECS = ['table3', 'shallow', 'table4', 'table5', 'table6', 'table7'].map(
  (name) => `experiments/vgg/${name}.yaml`,
);

const SLOTS = ['--slots', String(Math.min(2, os.availableParallelism()))];

/**
 * What the command line is given: the user's specs or ours, and a profile that the backend can carry.
 * @param {string[]} args @param {'tensorflow' | 'wasm'} backend
 */
export function runArguments(args, backend) {
  const specs = args[0] === undefined || args[0].startsWith('-') ? DEFAULT_SPECS : [];
  const profile = args.some((arg) => arg === '--profile' || arg.startsWith('--profile='));
  const smoke = backend === 'wasm' && !profile;
  // The nets of our small profiles are too narrow to keep two cores busy with one operation.
  const slots = args.some((arg) => arg === '--slots' || arg.startsWith('--slots=')) ? [] : SLOTS;
  return { args: ['run', ...specs, ...args, ...(smoke ? ['--profile', 'smoke'] : []), ...slots], smoke };
}

/**
 * Runs to the end with our terminal. Control-C reaches the child by the terminal itself, and the child decides when to
 * leave; what is sent to us alone is passed on.
 * @param {string} script @param {string[]} args @returns {Promise<number>} The exit status.
 */
export function runScript(script, args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(status ?? 128 + os.constants.signals[signal ?? 'SIGTERM']));
  });
}

/** @param {string[]} args @returns {Promise<number>} The exit status. */
async function main(args) {
  const { backend } = await ensureSetup();
  const { args: all, smoke } = runArguments(args, backend);
  if (smoke)
    console.error('The wasm backend is slow: running the profile smoke (--profile chooses another).');
  return runScript(path.join(ROOT, 'build/src/cli.js'), all);
}

if (isProgram(import.meta.url)) await runCommand(main);
