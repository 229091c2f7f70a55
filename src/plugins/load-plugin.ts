/** A plugin's name to its module, and the module to a plugin. */
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failed, ok, type Result } from '../util/result.js';
import type { Plugin } from './plugin.js';
import { pluginProblems } from './plugin-problem.js';

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

/** Runs the module's code. @returns or what is wrong with it, a sentence each */
export async function loadPlugin(path: string): Promise<Result<LoadedPlugin, readonly string[]>> {
  let module: { readonly default?: unknown };
  try {
    module = await loaded(() => import(pathToFileURL(path).href) as Promise<typeof module>);
  } catch (error) {
    return failed([`It cannot be loaded: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const problems = problemsOf(module.default);
  return problems.length === 0 ? ok({ path, plugin: module.default as Plugin }) : failed(problems);
}

/** A getter may throw. */
function problemsOf(value: unknown): readonly string[] {
  try {
    return pluginProblems(value);
  } catch (error) {
    return [`It cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const exit = process.exit.bind(process);

/** A module that takes longer to load waits for something that does not belong there. */
const LOAD_LIMIT_S = 20;

/** The command's end is not a plugin's to decide: one that exits, or that waits for nothing, is an error like others. */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  let onEmpty: () => void = () => undefined;
  const empty = new Promise<never>((_, reject) => {
    onEmpty = () => {
      reject(new Error('it waits for something that never comes.'));
    };
  });
  const limit = setTimeout(onEmpty, LOAD_LIMIT_S * 1000);
  limit.unref();
  process.once('beforeExit', onEmpty);
  process.exit = (code) => {
    throw new Error(`it calls process.exit(${code ?? ''}).`);
  };
  try {
    return await Promise.race([load(), empty]);
  } finally {
    clearTimeout(limit);
    process.off('beforeExit', onEmpty);
    process.exit = exit;
  }
}

/** For a worker, which is told paths that the parent has loaded before. @throws if one cannot be loaded */
export async function loadPlugins(paths: readonly string[]): Promise<readonly Plugin[]> {
  return Promise.all(
    paths.map(async (path) => {
      const plugin = await loadPlugin(path);
      if (!plugin.ok) throw new Error(`The plugin ${path}: ${plugin.error.join(' ')}`);
      return plugin.value.plugin;
    }),
  );
}
