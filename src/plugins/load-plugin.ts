/** A plugin's name to its module, and the module to a plugin. */
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failed, ok, type Result } from '../util/result.js';
import type { Plugin } from './plugin.js';

/** A plugin and where it lies. */
export interface LoadedPlugin {
  /** Absolute path of its module. */
  readonly path: string;
  readonly plugin: Plugin;
}

/** Whether a name means a file rather than a package. */
export function isLocal(name: string): boolean {
  return name.startsWith('./') || name.startsWith('../') || isAbsolute(name);
}

/**
 * Absolute path of the module that a name means.
 * @param folder absolute: local modules are relative to it, packages are looked for from it upwards
 */
export function resolvePlugin(name: string, folder: string): Result<string, string> {
  if (isLocal(name)) return ok(resolve(folder, name));
  try {
    return ok(createRequire(join(folder, 'spec.yaml')).resolve(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failed(
      code === 'MODULE_NOT_FOUND'
        ? `No package "${name}" is installed where this spec lies. Install it: npm install ${name}`
        : `The package "${name}" has no entry that can be loaded (${String(code)}).`,
    );
  }
}

/** Runs the module's code. */
export async function loadPlugin(path: string): Promise<Result<LoadedPlugin, string>> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    return failed(`It cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  const problem = shapeProblem(module.default);
  return problem === undefined ? ok({ path, plugin: module.default as Plugin }) : failed(problem);
}

const LISTS = ['stages', 'datasets', 'metrics', 'layers'] as const;

function shapeProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null)
    return 'Its default export is no plugin: export default definePlugin({...}).';
  const plugin = value as Readonly<Record<string, unknown>>;
  if (plugin['stagecraft'] !== 1)
    return `It is made for version ${JSON.stringify(plugin['stagecraft'])} of the plugin interface; this is version 1.`;
  if (typeof plugin['name'] !== 'string') return 'It has no name.';
  const wrong = LISTS.find((key) => plugin[key] !== undefined && !Array.isArray(plugin[key]));
  if (wrong !== undefined) return `Its "${wrong}" is no list.`;
  return undefined;
}

/** For a worker, which is told paths that the parent has loaded before. @throws if one cannot be loaded */
export async function loadPlugins(paths: readonly string[]): Promise<readonly Plugin[]> {
  return Promise.all(
    paths.map(async (path) => {
      const loaded = await loadPlugin(path);
      if (!loaded.ok) throw new Error(`The plugin ${path}: ${loaded.error}`);
      return loaded.value.plugin;
    }),
  );
}
