/** What is wrong with what the `expand` of a kind gives: those of plugins may be plain JavaScript. */
import type { TaskDraft } from './definition.js';

/** @returns the end of a sentence that begins with the kind's name; undefined if nothing is wrong */
export function draftProblem(draft: unknown, kinds: ReadonlyMap<string, unknown>): string | undefined {
  if (typeof draft !== 'object' || draft === null) return `gives ${String(draft)} instead of a task`;
  if (draft instanceof Promise) return 'is a promise; a task must be given at once';
  const { kind, parameters, inputs, labels } = draft as Partial<Record<keyof TaskDraft, unknown>>;
  if (typeof kind !== 'string' || !kinds.has(kind))
    return `gives a task of the kind "${String(kind)}", which is none`;
  for (const [name, part] of Object.entries({ parameters, inputs, labels }))
    if (typeof part !== 'object' || part === null || Array.isArray(part))
      return `gives a task without ${name}`;
  const value = valueProblem(parameters, 'parameters', []) ?? valueProblem(labels, 'labels', []);
  if (value !== undefined) return `gives a task whose ${value}`;
  for (const [role, input] of Object.entries(inputs as object))
    for (const one of [input].flat() as unknown[])
      if (typeof one !== 'object' || one === null || !('kind' in one))
        return `gives a task whose input "${role}" is no task`;
  return undefined;
}

/** A recipe is a digest of JSON, so nothing else may be asked for. */
function valueProblem(value: unknown, place: string, open: readonly object[]): string | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${place} is ${value}`;
  if (typeof value !== 'object') return `${place} is a ${typeof value}, which JSON cannot say`;
  if (open.includes(value)) return `${place} holds itself`;
  for (const [key, item] of Object.entries(value)) {
    const problem = valueProblem(item, `${place}.${key}`, [...open, value]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
