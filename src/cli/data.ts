import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Planned } from '../planner.js';
import { isMissing } from '../util/disk.js';
import { RELEASES } from '../fetch/catalogue.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import { checkNamed, fetchNamed, findRelease, list } from './data-fetch.js';
import { describeSet } from './describe-set.js';
import type { Invocation } from './invocation.js';
import { planSpecs } from './planned-spec.js';
import { StepPrinter } from './step-printer.js';
import { stagecraftFor } from './stagecraft-for.js';

export async function execute({ positionals: [what, ...positionals], values }: Invocation): Promise<number> {
  if (what === 'check') return check({ positionals, values });
  if (what === 'export') return exportFiles({ positionals, values });
  if (what === 'fetch') return fetchNamed({ positionals, values });
  if (what === 'list') return list({ positionals, values });
  throw new UserError(
    what === undefined
      ? 'What about the data? "data list" names published sets, "data fetch NAME" gets one, "data check SPEC..." names what is wrong, "data export SPEC DIR" writes files.'
      : `There is no command "data ${what}". ${suggestion(what, ['check', 'export', 'fetch', 'list'])}`,
  );
}

async function check(invocation: Invocation): Promise<number> {
  const [name = '', ...more] = invocation.positionals;
  const release = findRelease(name);
  if (release && more.length === 0 && !existsSync(name)) return checkNamed(release, invocation);
  if (invocation.values['root'] !== undefined)
    throw new UserError(
      `--root is where a published set lies, and there is none called "${name}". ${suggestion(
        name,
        RELEASES.map((one) => one.name),
      )}`,
    );
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpecs(stagecraft, invocation);
  if (!planned) return 2;
  const printer = new StepPrinter(process.stderr);
  const reports = await stagecraft.checkData(planned, printer.hear);
  printer.end();
  if (invocation.values['json'] === true) console.log(JSON.stringify(reports, null, 2));
  else console.log(reports.map(describeSet).join('\n\n'));
  return reports.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

async function exportFiles(invocation: Invocation): Promise<number> {
  const [spec, directory, ...more] = invocation.positionals;
  if (spec === undefined || directory === undefined || more.length > 0)
    throw new UserError('Usage: stagecraft data export SPEC DIR');
  const stagecraft = stagecraftFor(invocation);
  const planned: Planned | undefined = await planSpecs(stagecraft, { ...invocation, positionals: [spec] });
  if (!planned) return 2;
  const folder = resolve(directory);
  const here = relative(process.cwd(), folder) || '.';
  if (!(await isEmpty(folder)))
    throw new UserError(`${here} is not empty. Name a new folder, so that old and new images do not mix.`);
  const printer = new StepPrinter(process.stderr);
  const images = await stagecraft.exportData(planned, folder, printer.hear);
  printer.end();
  if (invocation.values['json'] === true) console.log(JSON.stringify({ folder, images }, null, 2));
  else
    console.log(
      `${images.train} images in ${here}/train, ${images.val} in ${here}/val; lists in ${here}/train.jsonl and ${here}/val.jsonl.`,
    );
  return 0;
}

/** Or not there. */
async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}
