/** Why a task is to do, in words. */
import type { Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import type { Change, Reason } from '../plan/status.js';
import { minute } from './units.js';

export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case 'new':
      return 'new';
    case 'gone':
      return 'made before, and not in the store any more (gc removes, fsck sets aside)';
    case 'failed':
      return `failed on ${minute(reason.at)}: ${firstLine(reason.message)}`;
    case 'version-changed':
      return `its kind has version ${reason.now} now, ${reason.before} before`;
    case 'parameters-changed':
      return reason.changes.map(describeChange).join('; ');
    case 'input-to-do':
      return `needs ${shortRecipe(reason.input)}, which is to do`;
    case 'input-changed':
      return `${reason.role} changed from ${brief(reason.before)} to ${brief(reason.now)}`;
    case 'images-missing':
      return `its images are not here: ${firstLine(reason.message)}`;
    case 'file-missing':
      return `its file is not here: ${firstLine(reason.message)}`;
    case 'other-environment':
      return `made on ${reason.host} in another environment: ${reason.differences.map(describeChange).join('; ')}`;
    case 'other-code':
      return 'made by another version of Stagecraft';
  }
}

export function describeChange({ name, before, now }: Change): string {
  return `${name} changed from ${value(before)} to ${value(now)}`;
}

/** Digests are long; values of parameters are not. */
function brief(text: string): string {
  return /^[0-9a-f]{64}/.test(text) ? text.slice(0, 12) : text;
}

function value(of: unknown): string {
  if (of === undefined) return 'nothing';
  const text = typeof of === 'string' ? of : JSON.stringify(of);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}

/** Of what was made from images or a file that are away. */
export function notCompared({ file }: Pick<Task, 'file'>): string {
  return `its ${file === undefined ? 'images are' : 'file is'} not here, so not compared`;
}
