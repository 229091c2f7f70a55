/** NOTICE against what the installed packages say of themselves. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PACKAGES } from '../../src/data/datasets/drawing-source.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** How NOTICE names the licences that may be among ours, by their SPDX name. */
const LICENCES: Readonly<Record<string, string>> = {
  'Apache-2.0': 'Apache License 2.0',
  'CC-BY-4.0': 'Creative Commons Attribution 4.0 (CC BY 4.0)',
  MIT: 'MIT License',
};

interface PackageJson {
  readonly license: string;
  readonly author: string | { readonly name: string };
}

interface IconSetInfo {
  readonly author: { readonly name: string; readonly url: string };
  readonly license: { readonly spdx: string; readonly url: string };
}

/** What a package says of the drawings in it; of itself, where it holds none. */
function claims(name: string): readonly string[] {
  const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const path = resolve(`${name}/package.json`);
  const { license, author } = json(path) as PackageJson;
  const infoPath = path.replace('package.json', 'info.json');
  if (!existsSync(infoPath)) return [LICENCES[license]!, typeof author === 'string' ? author : author.name];
  const info = json(infoPath) as IconSetInfo;
  assert.equal(info.license.spdx, license, name);
  return [LICENCES[license]!, info.author.name, info.author.url, info.license.url];
}

/** The paragraph of NOTICE about each package. */
const paragraphs = readFileSync(`${root}NOTICE`, 'utf8').split('\n\n');

for (const name of PACKAGES)
  test(`NOTICE names ${name} with its author, its source and its licence`, () => {
    const about = paragraphs.filter((text) => new RegExp(`${name}(?![\\w-])`).test(text));
    assert.equal(about.length, 1, `${about.length} paragraphs on ${name}`);
    for (const claim of claims(name)) {
      assert.ok(claim, `a licence that LICENCES does not know`);
      assert.ok(about[0]!.includes(claim), `NOTICE does not say "${claim}" of ${name}`);
    }
  });

test('the packages that the drawings come from are dependencies of fixed versions, so that NOTICE stays true', () => {
  const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of PACKAGES) assert.match(dependencies[name] ?? '', /^\d+\.\d+\.\d+$/, name);
});
