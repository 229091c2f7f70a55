import './short-work.js';
import { formatLabel, formatLabels, type LabelValue } from '../plan/labels.js';
import { shortRecipe } from '../plan/recipe.js';
import { selectTasks } from '../plan/select.js';
import type { Statuses } from '../plan/status.js';
import type { Task } from '../plan/plan.js';
import type { Stagecraft } from '../stagecraft.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import { describeReason } from './describe-reason.js';
import type { Invocation } from './invocation.js';
import { listOf, planSpecs, surveyOptions } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';
import { formatRows, type Row } from './rows.js';

/** The tasks of specs, or without a spec what the store holds. */
export async function execute(invocation: Invocation): Promise<number> {
  const stagecraft = stagecraftFor(invocation);
  const rows =
    invocation.positionals.length > 0
      ? await ofSpecs(stagecraft, invocation)
      : await ofStore(stagecraft, invocation);
  if (!rows) return 2;
  const { values } = invocation;
  const usual = invocation.positionals.length > 0 ? DEFAULT_COLUMNS : STORE_COLUMNS;
  const wanted = values['columns'] === undefined ? usual : String(values['columns']).split(',');
  const known = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = wanted.filter((column) => {
    if (known.includes(column)) return true;
    if (values['columns'] === undefined || rows.length === 0) return false;
    throw new UserError(`There is no column "${column}". ${suggestion(column, known)}`);
  });
  const form = values['json'] === true ? 'json' : values['csv'] === true ? 'csv' : 'text';
  const text = formatRows(rows, columns, form);
  if (text !== '') console.log(text);
  return 0;
}

const DEFAULT_COLUMNS = ['recipe', 'kind', 'stage', 'labels', 'state', 'reason', 'host', 'seconds'];
const STORE_COLUMNS = ['recipe', 'kind', 'net', 'host', 'seconds'];

async function ofSpecs(stagecraft: Stagecraft, invocation: Invocation): Promise<readonly Row[] | undefined> {
  const planned = await planSpecs(stagecraft, invocation);
  if (!planned) return undefined;
  const { statuses } = await stagecraft.survey(planned, surveyOptions(invocation));
  const { tasks, states } = wantedTasks(planned.plan.tasks, listOf(invocation.values['where']));
  const rows = tasks.map((task) => rowOf(task, statuses));
  return states.length === 0 ? rows : rows.filter((row) => states.includes(String(row['state'])));
}

/** `state=` is asked of the store, everything else of the plan. */
function wantedTasks(tasks: readonly Task[], selectors: readonly string[]) {
  const states = selectors.flatMap((selector) => {
    const state = /^state=(.*)$/.exec(selector)?.[1];
    return state === undefined ? [] : [state];
  });
  for (const state of states)
    if (state !== 'done' && state !== 'to-do')
      throw new UserError(`--where state=${state}: a task is "done" or "to-do".`);
  let found = tasks;
  for (const selector of selectors.filter((one) => !one.startsWith('state='))) {
    const selected = selectTasks(found, selector);
    if (!selected.ok) throw new UserError(`--where: ${selected.error}`);
    found = selected.value;
  }
  return { tasks: found, states };
}

function rowOf(task: Task, statuses: Statuses): Row {
  const status = statuses.get(task.recipe)!;
  const axes: Row = Object.fromEntries(
    Object.entries(task.labels).map(([name, value]) => [name, formatLabel(value)]),
  );
  const { recipe, kind, stage, version, cost, labels } = task;
  const own: Row = {
    recipe: shortRecipe(recipe),
    kind,
    stage,
    version,
    labels: formatLabels(labels),
    state: status.state,
    reason: status.state === 'to-do' ? describeReason(status.reason) : '',
    notYet: task.notYet ?? '',
    host: status.state === 'done' ? status.execution.host : '',
    seconds: status.state === 'done' ? status.execution.seconds : '',
    parameters: cost.netParameters ?? '',
    multiplyAdds: cost.multiplyAdds ?? '',
    images: cost.images ?? '',
  };
  // An axis may be called as a column of ours, which then shows what it always does.
  return { ...own, ...axes, ...own };
}

async function ofStore(stagecraft: Stagecraft, invocation: Invocation): Promise<readonly Row[]> {
  const rows = (await stagecraft.stored()).map((execution): Row => {
    const { recipe, kind, version, parameters, host, startedAt, seconds, output, files } = execution;
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    return {
      recipe: shortRecipe(recipe),
      kind,
      net: formatLabel((parameters['net'] ?? '') as LabelValue),
      version,
      host,
      startedAt,
      seconds,
      output: shortRecipe(output),
      bytes,
    };
  });
  const conditions = listOf(invocation.values['where']).map((condition): readonly [string, string?] => {
    const sign = condition.indexOf('=');
    return sign < 0 ? [condition] : [condition.slice(0, sign), condition.slice(sign + 1)];
  });
  for (const [name, value] of conditions)
    if (value === undefined || (rows.length > 0 && !Object.hasOwn(rows[0]!, name)))
      throw new UserError(
        `--where ${name}: without a spec conditions are on ${Object.keys(rows[0] ?? { kind: '' }).join(', ')}, e.g. kind=train.`,
      );
  return rows.filter((row) => conditions.every(([name, value]) => String(row[name]) === value));
}
