/** The layers of a PyTorch state dictionary, under the names of torchvision or of timm. */
import { shownName } from '../../util/shown-name.js';
import { UserError } from '../../util/user-error.js';
import { permuted, type StoredArray } from './array-view.js';
import type { FileLayer } from './weights-file.js';

type Arrays = ReadonlyMap<string, StoredArray>;

/** Of whole trainings and of nets that were wrapped for several devices. */
const PREFIXES = ['module.', 'model.', '_orig_mod.'];

/** torchvision numbers the fully-connected layers with what is between them, others begin with what flattens (1, 4, 6). */
const NUMBERED = 'classifier';

/** timm has two of them as convolutions. */
const TIMM = ['pre_logits.fc1', 'pre_logits.fc2', 'head.fc'];

/**
 * @param arrays by name, in any order
 * @throws UserError if these are the layers of no such net
 */
export function torchLayers(arrays: Arrays): readonly FileLayer[] {
  const named = withoutPrefixes(arrays);
  const convolutions = inOrder(named, 'features');
  if (convolutions.length === 0)
    throw new UserError(
      `It holds no convolution called "features.0.weight", as torchvision and timm call them, but ${someNames(named)}.`,
    );
  const normalised = [...named.keys()].find((name) => name.endsWith('.running_mean'));
  if (normalised !== undefined)
    throw new UserError(
      `It holds a net with batch normalisation (${shownName(normalised, 60)}), which these nets do not have. Take the file without "bn" in its name.`,
    );
  const numbered = inOrder(named, NUMBERED);
  const classifier = numbered.length > 0 ? numbered : named.has(`${TIMM[0]!}.weight`) ? TIMM : [];
  if (classifier.length === 0)
    throw new UserError(
      `It holds no fully-connected layers (neither "${NUMBERED}.0.weight" nor "${TIMM[0]!}.weight"), only features. Take the whole net's file.`,
    );
  return [...convolutions, ...classifier].map((name) => layerOf(named, name));
}

/** Names of the layers of a part, by their numbers. */
function inOrder(arrays: Arrays, part: string): readonly string[] {
  return [...arrays.keys()]
    .flatMap((name) => {
      const [of, place, array, ...more] = name.split('.');
      return of === part && array === 'weight' && more.length === 0 && /^\d{1,6}$/.test(place!)
        ? [Number(place)]
        : [];
    })
    .sort((a, b) => a - b)
    .map((place) => `${part}.${place}`);
}

/** One may stand before another. */
const MOST_PREFIXES = 3;

function withoutPrefixes(arrays: Arrays): Arrays {
  let named = arrays;
  for (let left = MOST_PREFIXES; left > 0; left--) {
    const names = [...named.keys()];
    const prefix = PREFIXES.find(
      (start) => names.length > 0 && names.every((name) => name.startsWith(start)),
    );
    if (prefix === undefined) break;
    named = new Map([...named].map(([name, array]) => [name.slice(prefix.length), array]));
  }
  return named;
}

function layerOf(arrays: Arrays, name: string): FileLayer {
  const [weight, bias] = ['weight', 'bias'].map((part) => {
    const array = arrays.get(`${name}.${part}`);
    if (!array) throw new UserError(`It holds no "${name}.${part}", but ${someNames(arrays)}.`);
    return array;
  }) as [StoredArray, StoredArray];
  // Units, channels, height, width.
  if (weight.shape.length === 4) return { name, is: 'conv', weight: permuted(weight, [2, 3, 1, 0]), bias };
  if (weight.shape.length === 2) return { name, is: 'fc', weight: permuted(weight, [1, 0]), bias };
  throw new UserError(`"${name}.weight" is ${weight.shape.join(' x ')}: neither a convolution nor a matrix.`);
}

const MOST_NAMES = 4;

export function someNames(arrays: ReadonlyMap<string, unknown>): string {
  const names = [...arrays.keys()].slice(0, MOST_NAMES).map((name) => shownName(name, 60));
  if (names.length === 0) return 'nothing';
  return `${names.join(', ')}${arrays.size > MOST_NAMES ? ` and ${arrays.size - MOST_NAMES} more` : ''}`;
}
