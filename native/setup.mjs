// @ts-check
/** `npm run setup [-- --gpu | --cpu | --check]`: brings what is missing, and only that. */
import './node-version.mjs';
import { isProgram, runCommand } from './command.mjs';
import { ensureSetup } from './ensure.mjs';

export { ensureSetup } from './ensure.mjs';

const USAGE = `npm run setup             brings the node packages, TensorFlow's library and its binding, and compiles
npm run setup -- --gpu    the same with the library for CUDA (Linux x64)
npm run setup -- --cpu    back to the library for the CPU
npm run setup -- --check  says what is there and what is missing, and changes nothing`;

/** @param {string[]} args @returns {Promise<number>} The exit status. */
export async function main(args) {
  const unknown = args.find((arg) => !['--gpu', '--cpu', '--check', '--help'].includes(arg));
  if (unknown !== undefined) {
    console.error(`Unknown option ${unknown}.\n${USAGE}`);
    return 2;
  }
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const gpu = args.includes('--gpu') ? true : args.includes('--cpu') ? false : undefined;
  if (args.includes('--check')) {
    const { checkSetup } = await import('./check.mjs');
    return (await checkSetup({ gpu, say: console.log })) ? 0 : 1;
  }
  const { backend, binding } = await ensureSetup({ gpu });
  console.error(`Ready: ${backend}${binding ? ` (${binding})` : ''}.`);
  return 0;
}

if (isProgram(import.meta.url)) await runCommand(main);
