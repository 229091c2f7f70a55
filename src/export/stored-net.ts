/** A net of the store that is named by the first digits of its recipe. */
import type { Execution } from '../plan/execution.js';
import { shortRecipe } from '../plan/recipe.js';
import { failed, ok, type Result } from '../util/result.js';

/** Fewer digits of a recipe could be anything. */
const MIN_DIGITS = 4;

/** Lines of a list that is to be read. */
const MOST_LINES = 12;

/**
 * The latest execution of the one recipe that begins so.
 * @param executions of the whole store
 * @returns what there is, where that is none or several
 */
export function storedNet(executions: readonly Execution[], digits: string): Result<Execution, string> {
  const nets = executions.filter(({ files }) => Object.hasOwn(files, 'checkpoint.json'));
  if (nets.length === 0)
    return failed('This store holds no net. Train one, or name another store: --store DIR.');
  const found = digits.length < MIN_DIGITS ? [] : nets.filter(({ recipe }) => recipe.startsWith(digits));
  if (found.length === 0)
    return failed(
      `There is no folder "${digits}", and no net in the store whose recipe begins so${digits.includes('=') ? ' (an axis such as net=D needs the spec behind the file)' : ''}. ${list(nets)}`,
    );
  if (new Set(found.map(({ recipe }) => recipe)).size > 1)
    return failed(`Several nets have recipes that begin with "${digits}". ${list(found)}`);
  return ok(found.reduce((a, b) => (a.startedAt < b.startedAt ? b : a)));
}

/** Of an import. */
function from(file: unknown): string {
  return typeof file === 'string'
    ? `, ${/^[0-9a-f]{64}$/.test(file) ? `SHA-256 ${file.slice(0, 12)}` : file}`
    : '';
}

function list(nets: readonly Execution[]): string {
  const lines = [...new Map(nets.map((net) => [net.recipe, net])).values()].map(
    ({ recipe, kind, parameters: { net, S, width, file, sha256 } }) =>
      `  ${shortRecipe(recipe)}  ${kind} ${String(net)}, S = ${String(S)}, width ${String(width)}${from(file ?? sha256)}`,
  );
  const more = lines.length > MOST_LINES ? [`  and ${lines.length - MOST_LINES} more`] : [];
  return ['There is:', ...lines.slice(0, MOST_LINES), ...more].join('\n');
}
