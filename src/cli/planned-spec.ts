/** What the commands on specs share: paths and options to a plan, or its mistakes on the screen. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onlySelected } from '../plan/select.js';
import { createPlanner, type Planned, type Planner } from '../planner.js';
import type { AllowedPlugins } from '../plugins/spec-plugins.js';
import type { SurveyOptions } from '../run/survey.js';
import { formatDiagnostic } from '../spec/diagnostic.js';
import type { LoadFailure, LoadOptions, ResolvedSpec } from '../spec/load.js';
import { ownCodeDigest } from '../util/code-digest.js';
import { UserError } from '../util/user-error.js';
import { printingAside } from './aside.js';
import type { Invocation } from './invocation.js';

/** For commands that only look at specs: quicker to start, since nothing is wired. */
export function plannerFor({ values }: Invocation): Planner {
  return createPlanner(allowedPlugins(listOf(values['allow-plugin'])));
}

export function listOf(value: Invocation['values'][string]): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Those named on the command line, and those that the user's package.json lists. */
export function allowedPlugins(named: readonly string[]): AllowedPlugins {
  const folder = process.cwd();
  return { names: [...named, ...listedInPackage(folder)], folder };
}

function listedInPackage(folder: string): readonly string[] {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return [];
  try {
    const { stagecraft } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly stagecraft?: { readonly plugins?: unknown };
    };
    const plugins = stagecraft?.plugins ?? [];
    if (Array.isArray(plugins) && plugins.every((name) => typeof name === 'string')) return plugins;
  } catch {
    // A broken package.json is npm's to complain of; it allows nothing.
    return [];
  }
  throw new UserError(`${path}: "stagecraft": {"plugins": ...} must be a list of names.`);
}

/** What `--fresh-code` asks of a survey. */
export function surveyOptions({ values }: Invocation): SurveyOptions {
  return values['fresh-code'] === true ? { freshCode: ownCodeDigest() } : {};
}

/** The specs of a command; undefined if one is wrong, its mistakes have then been printed. */
export async function planSpecs(
  planner: Pick<Planner, 'plan'>,
  { positionals, values }: Invocation,
): Promise<Planned | undefined> {
  const paths = pathsOf({ positionals });
  const planned = await printingAside(() => planner.plan(paths, loadOptions({ values })));
  if (!planned.ok) {
    printMistakes(planned.error);
    return undefined;
  }
  planned.value.specs.filter(wantsNothing).forEach(printNothingWanted);
  const plan = onlySelected(planned.value.plan, listOf(values['only']));
  if (!plan.ok) throw new UserError(`--only: ${plan.error}`);
  return { ...planned.value, plan: plan.value };
}

/** The specs that a command names, each once. @throws UserError if it names none */
export function pathsOf({ positionals }: Pick<Invocation, 'positionals'>): readonly string[] {
  if (positionals.length === 0)
    throw new UserError('Which spec? Name a YAML file, e.g. experiments/vgg/table3.yaml.');
  return [...new Map(positionals.map((path) => [resolve(path), path])).values()];
}

export function loadOptions({ values }: Pick<Invocation, 'values'>): LoadOptions {
  return {
    profile: values['profile'] as string | undefined,
    sets: listOf(values['set']),
    currentDirectory: process.cwd(),
  };
}

export function printNothingWanted({ file, values }: ResolvedSpec): void {
  console.error(
    `${file} asks for nothing: it writes no stage or table of its own, and what it extends is done only where something needs it. Name the table that you want, e.g. tables: { ${Object.keys(values.tables ?? {})[0] ?? 'NAME'}: {} }.`,
  );
}

export function wantsNothing({ stages, ownTables, ownsClaims }: ResolvedSpec): boolean {
  return !ownsClaims && ownTables.size === 0 && ![...stages.values()].some(({ own }) => own);
}

/** More would scroll the first ones, which often cause the others, off the screen. */
const SHOWN = 50;

export function printMistakes({ diagnostics, texts }: LoadFailure): void {
  for (const diagnostic of diagnostics.slice(0, SHOWN))
    console.error(formatDiagnostic(diagnostic, (file) => texts.get(file)));
  const rest = diagnostics.length - SHOWN;
  if (rest > 0) console.error(`... and ${rest} more`);
  console.error(
    `${diagnostics.length} ${diagnostics.length === 1 ? 'mistake' : 'mistakes'}; nothing was done.`,
  );
}

/** `Title (profile demo)`, a line for each spec. */
export function printTitles({ plan }: Planned): void {
  for (const { title, profile } of plan.experiments)
    console.log(`${title}${profile === null ? '' : ` (profile ${profile})`}`);
}
