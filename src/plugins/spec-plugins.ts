/** The plugins that a spec lists: each must be allowed by whoever runs the spec before any of its code runs. */
import { dirname, relative, resolve } from 'node:path';
import { failed, ok, type Result } from '../util/result.js';
import type { Diagnostic, Position } from '../spec/diagnostic.js';
import type { RawSpec } from '../spec/extend.js';
import { SpecValidator } from '../spec/validate.js';
import { type BuiltInKinds, clash, type Kinds, kindsWith, schemasProblem } from './kinds.js';
import { isLocal, loadPlugin, type LoadedPlugin, resolvePlugin } from './load-plugin.js';
import type { Plugin } from './plugin.js';

/** The kinds of a spec, and what checks it against them. */
export interface SpecKinds {
  readonly kinds: Kinds;
  readonly validator: SpecValidator;
  readonly plugins: readonly LoadedPlugin[];
}

export interface AllowedPlugins {
  /** As the user named them; local modules relative to `folder`. */
  readonly names: readonly string[];
  /** Absolute. */
  readonly folder: string;
}

type Mistake = Omit<Diagnostic, 'at'>;

export class SpecPlugins {
  readonly #builtIn: BuiltInKinds;
  readonly #allowed: AllowedPlugins;
  /** Compiled once for each set of plugins. */
  readonly #kinds = new Map<string, SpecKinds>();

  constructor(builtIn: BuiltInKinds, allowed: AllowedPlugins) {
    this.#builtIn = builtIn;
    this.#allowed = allowed;
  }

  async kindsFor(raw: RawSpec): Promise<Result<SpecKinds, readonly Diagnostic[]>> {
    const mistakes: Diagnostic[] = [];
    const plugins: LoadedPlugin[] = [];
    for (const { name, at } of listed(raw)) {
      const plugin = await this.#load(name, at, raw);
      const problem = plugin.ok ? this.#problemAmong(plugins, plugin.value.plugin) : undefined;
      if (!plugin.ok) mistakes.push(...plugin.error.map((mistake) => ({ at, ...mistake })));
      else if (problem) mistakes.push({ at, ...problem, message: `The plugin "${name}"${problem.message}` });
      else plugins.push(plugin.value);
    }
    return mistakes.length > 0 ? failed(mistakes) : ok(this.#with(plugins));
  }

  /** Why a plugin cannot stand beside ours and those before it. */
  #problemAmong(before: readonly LoadedPlugin[], plugin: Plugin): Mistake | undefined {
    if (before.some((other) => other.plugin.name === plugin.name))
      return {
        message: ` is called "${plugin.name}", as one before it: they would share results.`,
        help: 'Give it another name in the plugin.',
      };
    const found = clash(plugin, this.#with(before).kinds);
    if (found !== undefined)
      return {
        message: ` brings ${found}, which exists already.`,
        help: 'Give it another name in the plugin.',
      };
    const problem = schemasProblem(this.#builtIn, plugin);
    return problem === undefined
      ? undefined
      : { message: `: its schemas cannot stand among ours: ${problem}.` };
  }

  async #load(name: string, at: Position, raw: RawSpec): Promise<Result<LoadedPlugin, readonly Mistake[]>> {
    const folder = dirname(raw.files.get(at.file)!);
    const path = resolvePlugin(name, folder);
    if (!path.ok) return failed([{ message: path.error }]);
    if (!this.#isAllowed(name, path.value))
      return failed([
        {
          message: `This spec wants to load "${name}", which runs its code on your machine.`,
          help: `If you trust it: --allow-plugin ${this.#asAllowed(name, path.value)}, or list it in your package.json under "stagecraft": {"plugins": [...]}.`,
        },
      ]);
    const plugin = await loadPlugin(path.value);
    return plugin.ok
      ? plugin
      : failed(plugin.error.map((problem) => ({ message: `The plugin "${name}": ${problem}` })));
  }

  /** How the user names it, in the current folder. */
  #asAllowed(name: string, path: string): string {
    if (!isLocal(name)) return name;
    const fromHere = relative(this.#allowed.folder, path);
    return isLocal(fromHere) ? fromHere : `./${fromHere}`;
  }

  #isAllowed(name: string, path: string): boolean {
    const { names, folder } = this.#allowed;
    return names.some((allowed) => (isLocal(allowed) ? resolve(folder, allowed) === path : allowed === name));
  }

  #with(plugins: readonly LoadedPlugin[]): SpecKinds {
    const key = plugins.map(({ path }) => path).join('\n');
    const known = this.#kinds.get(key);
    if (known) return known;
    const kinds = kindsWith(
      this.#builtIn,
      plugins.map(({ plugin }) => plugin),
    );
    const made = { kinds, validator: new SpecValidator(kinds.vocabulary), plugins };
    this.#kinds.set(key, made);
    return made;
  }
}

/** What is no list of names is the schema's to complain of. */
function listed({ tree }: RawSpec): readonly { readonly name: string; readonly at: Position }[] {
  const value = tree.entries.get('plugins')?.value;
  return (value?.kind === 'list' ? value.items : []).flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [{ name: item.value, at: item.at }] : [],
  );
}
