import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { ExportRequest } from '../export/export-net.js';
import { storedNet } from '../export/stored-net.js';
import type { Execution } from '../plan/execution.js';
import { describeTask, type Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import { selectTasks } from '../plan/select.js';
import type { Stagecraft } from '../stagecraft.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import { describeReason } from './describe-reason.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { planSpecs, surveyOptions } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';
import { sizeInWords } from './units.js';
import { untilStopped } from './until-stopped.js';

type Format = NonNullable<ExportRequest['format']>;

const FORMATS = ['safetensors', 'onnx', 'tfjs'] as const satisfies readonly Format[];

/** A net for other programs, with what these have to know beside it. */
export async function execute(invocation: Invocation): Promise<number> {
  const [which, file, ...specs] = invocation.positionals;
  if (which === undefined || file === undefined)
    throw new UserError(
      'Which net, and to which file? E.g. stagecraft export net=D vgg16.onnx experiments/vgg/table3.yaml, or with the first digits of its recipe: stagecraft export 1a2b3c vgg16.safetensors',
    );
  const { values } = invocation;
  const format = formatOption(values['format']);
  const stagecraft = stagecraftFor(invocation);
  const from =
    specs.length > 0
      ? await ofSpecs(stagecraft, which, { ...invocation, positionals: specs })
      : await ofStore(stagecraft, which);
  if (from === undefined) return 2;
  const { signal } = untilStopped();
  const asked = { dense: values['dense'] === true, force: values['force'] === true };
  const exported = await stagecraft
    .exportNet(from, { to: resolve(file), ...(format && { format }), ...asked, signal })
    .catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
  if (!exported) {
    console.error('Interrupted: nothing was written.');
    return INTERRUPTED;
  }
  const here = (path: string) => relative(process.cwd(), path);
  if (values['json'] === true) console.log(JSON.stringify(exported, null, 2));
  else
    console.log(
      `Net ${exported.net} in ${here(exported.model)} (${sizeInWords(exported.bytes)}); what it takes and gives: ${here(exported.card)}`,
    );
  return 0;
}

function formatOption(value: Invocation['values'][string]): Format | undefined {
  const found = FORMATS.find((format) => format === value);
  if (typeof value === 'string' && !found)
    throw new UserError(`There is no format "${value}". ${suggestion(value, FORMATS)}`);
  return found;
}

/** The one net of specs that is meant; undefined if a spec is wrong, its mistakes have then been printed. */
async function ofSpecs(
  stagecraft: Stagecraft,
  which: string,
  invocation: Invocation,
): Promise<Execution | undefined> {
  const planned = await planSpecs(stagecraft, invocation);
  if (!planned) return undefined;
  const nets = planned.plan.tasks.filter(({ output }) => output === 'checkpoint');
  const selected = selectTasks(nets, which);
  if (!selected.ok) throw new UserError(selected.error);
  const [net, ...more] = selected.value as [Task, ...Task[]];
  if (more.length > 0)
    throw new UserError(
      `"${which}" means ${more.length + 1} nets; add a condition (net=D,S=256), or name one by its recipe:\n${[net, ...more].map((one) => `  ${shortRecipe(one.recipe)}  ${describeTask(one)}`).join('\n')}`,
    );
  const { statuses } = await stagecraft.survey(planned, surveyOptions(invocation));
  const status = statuses.get(net.recipe)!;
  if (status.state === 'done') return status.execution;
  throw new UserError(
    `${describeTask(net)} is not done: ${describeReason(status.reason)}. First: stagecraft run ${invocation.positionals.join(' ')} --only ${shortRecipe(net.recipe)}`,
  );
}

/** A folder, or the one net of the store whose recipe begins so. */
async function ofStore(stagecraft: Stagecraft, which: string): Promise<Execution | string> {
  if (existsSync(which)) return resolve(which);
  const net = storedNet(await stagecraft.stored(), which);
  if (!net.ok) throw new UserError(net.error);
  return net.value;
}
