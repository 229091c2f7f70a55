import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { DatasetError } from '../dataset.js';
import { CLASSES, LEFT_OUT } from './drawing-classes.js';
import { codePoints, FXEMOJI_NAMES, NameIndex, slug, type Emoji } from './drawing-names.js';

/** The icon sets, by the short name that stands in image ids. */
export const ARTISTS = ['emojione', 'fluent-emoji-flat', 'fxemoji', 'noto', 'noto-v1', 'twemoji'] as const;
export type Artist = (typeof ARTISTS)[number];

export const PACKAGES: readonly string[] = [
  'emojibase-data',
  ...ARTISTS.map((artist) => `@iconify-json/${artist}`),
];

/** One artist's drawing of one thing. */
export interface Drawing {
  readonly className: string;
  /** Slug of the emoji's name; the unit that is held out. */
  readonly concept: string;
  readonly artist: Artist;
  /** SVG elements without the outer `<svg>`. */
  readonly body: string;
  /** `left top width height` in the drawing's own units. */
  readonly viewBox: string;
}

interface Icon {
  readonly body: string;
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
  readonly hidden?: boolean;
}

interface IconSet extends Omit<Icon, 'body' | 'hidden'> {
  readonly icons: Readonly<Record<string, Icon>>;
  /** Other names; those with other keys than `parent` are turned or mirrored, and are not used. */
  readonly aliases?: Readonly<Record<string, { readonly parent: string }>>;
}

/**
 * All drawings, sorted by class, concept and artist. The sets are parsed one after another, so that the memory
 * needed at a time is that of the largest (25 MB of JSON) and of what is kept (about 10 MB).
 */
export async function loadDrawings(): Promise<Drawing[]> {
  const emoji = await loadEmoji();
  const index = await indexNames(emoji);
  const drawings: Drawing[] = [];
  for (const artist of ARTISTS) {
    const set = await readJson<IconSet>(`@iconify-json/${artist}/icons.json`);
    for (const [one, icon] of await iconsOf(artist, set, emoji, index)) {
      const className = emoji.get(one);
      if (className === undefined) continue;
      drawings.push({
        className,
        concept: slug(one.label),
        artist,
        body: icon.body,
        viewBox: viewBox(icon, set),
      });
    }
  }
  const key = (drawing: Drawing): string => `${drawing.className}/${drawing.concept}/${drawing.artist}`;
  return drawings.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** `name@version` of each package that the set is made from; reads no drawing. */
export function packageVersions(): Promise<string[]> {
  return Promise.all(
    PACKAGES.map(async (name) => {
      const { version } = await readJson<{ version: string }>(`${name}/package.json`);
      return `${name}@${version}`;
    }),
  );
}

/** All base emoji, with their class if they have one. Sequences (gender, skin tone, families) are left out. */
async function loadEmoji(): Promise<Map<Emoji, string | undefined>> {
  const all = await readJson<Emoji[]>('emojibase-data/en/data.json');
  const { subgroups } = await readJson<{ subgroups: Record<string, string> }>(
    'emojibase-data/meta/groups.json',
  );
  const classOf = new Map(
    Object.entries(CLASSES).flatMap(([name, members]) => members.map((member) => [member, name] as const)),
  );
  const emoji = new Map<Emoji, string | undefined>();
  for (const one of all) {
    if (one.hexcode.includes('200D')) continue;
    const className = classOf.get(subgroups[one.subgroup ?? -1] ?? '');
    emoji.set(one, LEFT_OUT[slug(one.label)] === undefined ? className : undefined);
  }
  return emoji;
}

/** All names of all emoji, so that none of a class takes another's: CLDR's, Unicode's, and those of the sets that tell their icons' code points. */
async function indexNames(emoji: ReadonlyMap<Emoji, string | undefined>): Promise<NameIndex> {
  const index = new NameIndex();
  const unicodeNames = await readJson<Record<string, string>>('emojibase-data/meta/unicode-names.json');
  const characters = await Promise.all(ARTISTS.map(readCharacters));
  for (const one of emoji.keys()) {
    const names = characters.map((names) => names[codePoints(one.hexcode)]);
    for (const name of [one.label, unicodeNames[one.hexcode], ...names]) {
      if (name !== undefined) index.add(name, one);
    }
  }
  return index;
}

/** At most one icon for each emoji. */
async function iconsOf(
  artist: Artist,
  set: IconSet,
  emoji: ReadonlyMap<Emoji, string | undefined>,
  index: NameIndex,
): Promise<Map<Emoji, Icon>> {
  const shown = new Map<Emoji, Icon>();
  const characters = await readCharacters(artist);
  if (Object.keys(characters).length > 0) {
    for (const one of emoji.keys()) {
      const icon = set.icons[characters[codePoints(one.hexcode)] ?? ''];
      if (icon) shown.set(one, icon);
    }
    return shown;
  }
  const otherNames = new Map<string, string[]>();
  for (const [name, alias] of Object.entries(set.aliases ?? {})) {
    if (Object.keys(alias).length > 1) continue;
    otherNames.set(alias.parent, [...(otherNames.get(alias.parent) ?? []), name]);
  }
  for (const [name, icon] of Object.entries(set.icons)) {
    const ownName = (artist === 'fxemoji' ? FXEMOJI_NAMES[name] : undefined) ?? name;
    const one = index.find([ownName, ...(otherNames.get(name) ?? [])]);
    if (one && !shown.has(one) && !icon.hidden) shown.set(one, icon);
  }
  return shown;
}

/** `left top width height`; 16 is Iconify's own default side. */
function viewBox(icon: Icon, set: IconSet): string {
  const corner = [icon.left ?? set.left ?? 0, icon.top ?? set.top ?? 0];
  return [...corner, icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16].join(' ');
}

/** From code points to icon names; empty for the sets that do not tell. */
function readCharacters(artist: Artist): Promise<Readonly<Record<string, string>>> {
  return readJson<Record<string, string>>(`@iconify-json/${artist}/chars.json`);
}

async function readJson<T>(specifier: string): Promise<T> {
  let path;
  try {
    path = createRequire(import.meta.url).resolve(specifier);
  } catch (error) {
    throw new DatasetError(
      `The embedded drawings need ${specifier}, which is not installed: run \`npm ci\`.`,
      {
        cause: error,
      },
    );
  }
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
