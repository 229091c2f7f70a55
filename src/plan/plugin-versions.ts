/** Versions of what plugins bring, for the recipes of what uses it. */

/** @returns by name, of the used ones that have a version; undefined if none has */
export function pluginVersions(
  versions: Iterable<readonly [name: string, version: string | undefined]>,
  used: ReadonlySet<unknown>,
): Readonly<Record<string, string>> | undefined {
  const found = [...versions].flatMap(([name, version]) =>
    version !== undefined && used.has(name) ? [[name, version] as const] : [],
  );
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
