/**
 * Which emoji an icon shows. Three of the sets come with a table from code points to names; the other three
 * have names only, old and new ones mixed, and Firefox OS has its own. They are matched by letters and digits.
 */

/** An emoji as emojibase lists it. */
export interface Emoji {
  /** Upper-case hex code points joined by '-'. */
  readonly hexcode: string;
  /** CLDR short name, e.g. 'ear of corn'. */
  readonly label: string;
  /** Key into emojibase's meta/groups.json. */
  readonly subgroup?: number;
}

/** Firefox OS names that say something else than Unicode does, and the CLDR name of what is drawn ('' = none). */
export const FXEMOJI_NAMES: Readonly<Record<string, string>> = {
  acorn: 'chestnut',
  beachumbrella: 'beach with umbrella',
  bookmarktab: 'bookmark tabs',
  boot: 'woman’s boot',
  bunny: 'rabbit face',
  bunnyside: 'rabbit',
  cat: 'cat face',
  catside: 'cat',
  chilipepper: 'hot pepper',
  controlknob: 'control knobs',
  dog: 'dog face',
  dogside: 'dog',
  dragonhead: 'dragon face',
  evergreen: 'evergreen tree',
  fallingleaf: 'fallen leaf',
  fishcakeswirl: 'fish cake with swirl',
  frontfacingchick: 'front-facing baby chick',
  handheldvideocamera: 'video camera',
  heels: 'high-heeled shoe',
  keyboard: '',
  leaffluttering: 'leaf fluttering in wind',
  leftmagnifyingglass: 'magnifying glass tilted left',
  leopardside: 'leopard',
  mansshirt: 't-shirt',
  mensshoe: 'man’s shoe',
  mouse: 'mouse face',
  mouseside: 'mouse',
  notebookdecorativecover: 'notebook with decorative cover',
  pig: 'pig face',
  pigside: 'pig',
  pigsnout: 'pig nose',
  pinkwallet: 'purse',
  racecar: 'racing car',
  raincloud: 'cloud with rain',
  rightmagnifyingglass: 'magnifying glass tilted right',
  sandals: 'woman’s sandal',
  snowcloud: 'cloud with snow',
  snowmountains: 'snow-capped mountain',
  spurtingwhale: 'spouting whale',
  studiomic: 'studio microphone',
  sunglasses: 'smiling face with sunglasses',
  tie: 'necktie',
  tiger: 'tiger face',
  tigerside: 'tiger',
  toykotower: 'Tokyo tower',
  videocasette: 'videocassette',
};

/** 'Ear of Corn' and 'ear-of-corn' both become 'earofcorn'. */
export function letters(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** 'piñata' becomes 'pinata', 'woman’s boot' 'womans-boot': a name that is safe in an id. */
export function slug(label: string): string {
  return label
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\u0300-\u036f’'.]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Code points as the icon sets' chars.json writes them: lower case, without the variation selector. */
export function codePoints(hexcode: string): string {
  return hexcode.toLowerCase().replaceAll('-fe0f', '');
}

/** From {@link letters} of a name to the one emoji so called; a name of two emoji names none. */
export class NameIndex {
  readonly #emoji = new Map<string, Emoji | undefined>();

  add(name: string, emoji: Emoji): void {
    const key = letters(name);
    const known = this.#emoji.get(key);
    this.#emoji.set(key, !this.#emoji.has(key) || known === emoji ? emoji : undefined);
  }

  /** The emoji that the first of these names to be known stands for. */
  find(names: readonly string[]): Emoji | undefined {
    for (const name of names) {
      const emoji = this.#emoji.get(letters(name));
      if (emoji) return emoji;
    }
    return undefined;
  }
}
