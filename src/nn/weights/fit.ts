/** The layers of a file as the weights of a net: each in its place, in our order of axes and channels. */
import { shownName } from '../../util/shown-name.js';
import { UserError } from '../../util/user-error.js';
import type { Net } from '../net.js';
import { buildNet, parameterShapes } from '../net.js';
import { NET_NAMES, netShape } from '../nets.js';
import { fill, permuted, reversed, split, type StoredArray } from './array-view.js';
import type { ChannelOrder, FileLayer, FlattenOrder } from './weights-file.js';

export interface Orders {
  /** In which the first convolution takes the colours. */
  readonly channels: ChannelOrder;
  /** In which the first fully-connected layer takes the map before it. */
  readonly flatten: FlattenOrder;
}

/** An array of the net, and where it comes from. */
export interface FittedArray {
  /** E.g. `conv1_1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: StoredArray;
}

/**
 * In the order of the net's arrays; no number is read.
 * @throws UserError naming the first layer that is another than the net's
 */
export function fitLayers(net: Net, layers: readonly FileLayer[], orders: Orders): readonly FittedArray[] {
  const wanted = layersOf(net);
  const common = Math.min(wanted.length, layers.length);
  const fitted: FittedArray[] = [];
  for (const [i, want] of wanted.slice(0, common).entries())
    fitted.push(
      ...fitLayer(want, layers[i]!, i === 0 ? orders : { ...orders, channels: 'RGB' }, () =>
        misfit(net, layers, want.name),
      ),
    );
  if (wanted.length !== layers.length)
    throw new UserError(
      `It holds ${counted(layers)}, but net ${net.shape.net} has ${wanted.filter(isConvolution).length} convolutions and 3 fully-connected layers.${misfit(net, layers, '')}`,
    );
  return fitted;
}

/** @param out as long as the array */
export async function readInto(out: Float32Array, { name, from }: FittedArray): Promise<void> {
  fill(out, from, await from.read(), `${shownName(from.name)} (${name})`);
}

interface WantedLayer {
  readonly name: string;
  /** [height, width, channels in, units]. */
  readonly weight: readonly [number, number, number, number];
  readonly bias: readonly number[];
}

function layersOf(net: Net): readonly WantedLayer[] {
  const shapes = new Map(parameterShapes(net).map(({ name, shape }) => [name, shape]));
  return [...shapes.keys()]
    .filter((name) => name.endsWith('.weight'))
    .map((key) => {
      const name = key.slice(0, -'.weight'.length);
      return { name, weight: shapes.get(key)! as WantedLayer['weight'], bias: shapes.get(`${name}.bias`)! };
    });
}

function isConvolution({ name }: WantedLayer): boolean {
  return name.startsWith('conv');
}

function fitLayer(
  want: WantedLayer,
  layer: FileLayer,
  { channels, flatten }: Orders,
  hint: () => string,
): readonly FittedArray[] {
  const refuse = (array: StoredArray, shape: readonly number[], wanted: readonly number[]): never => {
    const ours = shape.join(' x ');
    const inFile = array.fileShape.join(' x ');
    throw new UserError(
      `${shownName(array.name)} is ${inFile} in the file${inFile === ours ? '' : `, which is ${ours} in our order of axes`}, but ${want.name} of the net is ${wanted.join(' x ')}.${hint()}`,
    );
  };
  let weight = layer.weight;
  if (layer.is === 'fc') {
    const [height, width, channelsIn, units] = want.weight;
    const inputs = height * width * channelsIn;
    if (weight.shape.join() !== [inputs, units].join()) refuse(weight, weight.shape, [inputs, units]);
    weight =
      flatten === 'HWC'
        ? split(weight, 0, [height, width, channelsIn])
        : permuted(split(weight, 0, [channelsIn, height, width]), [1, 2, 0, 3]);
  }
  if (weight.shape.join() !== want.weight.join()) refuse(weight, weight.shape, want.weight);
  if (layer.bias.shape.join() !== want.bias.join()) refuse(layer.bias, layer.bias.shape, want.bias);
  return [
    {
      name: `${want.name}.weight`,
      shape: want.weight,
      from: channels === 'BGR' ? reversed(weight, 2) : weight,
    },
    { name: `${want.name}.bias`, shape: want.bias, from: layer.bias },
  ];
}

function counted(layers: readonly FileLayer[]): string {
  const fc = layers.filter(({ is }) => is === 'fc').length;
  return `${layers.length - fc} convolutions and ${fc} fully-connected layers`;
}

/** Which of our nets the file is of, if it is of another; of the same, what `layer` follows from. */
function misfit(
  { shape: { net, width, crop, classes, pooling } }: Net,
  layers: readonly FileLayer[],
  layer: string,
): string {
  const convolutions = layers.filter(({ is }) => is === 'conv').map(({ weight }) => weight.shape.join());
  // timm has two of the fully-connected layers as convolutions.
  const fits = (shapes: readonly string[]) =>
    shapes.every((one, i) => one === convolutions[i]) && [0, 2].includes(convolutions.length - shapes.length);
  const matching = (at: number) =>
    NET_NAMES.filter((name) => {
      const wanted = layersOf(buildNet(netShape(name, { width: at, crop, classes, pooling })));
      return fits(wanted.filter(isConvolution).map(({ weight }) => weight.join()));
    });
  const names = matching(width);
  if (names.some((name) => name === net))
    return layer === 'fc8'
      ? ' Its convolutions fit: say other "classes" (--class NAME for each).'
      : ' Its convolutions fit: say another crop or pooling.';
  const [other] = names;
  if (other !== undefined) return ` It fits net ${other}.`;
  // The first layer has 64 units at full width.
  const units = layers[0]?.weight.shape.at(-1) ?? 0;
  const [atWidth] = units > 0 && units <= 64 ? matching(units / 64) : [];
  if (atWidth !== undefined) return ` It fits net ${atWidth} at a width of ${units}/64.`;
  return ' Is it another net, width or number of classes?';
}
