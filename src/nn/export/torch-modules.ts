/** A net as the modules of torch.nn that compute it, numbered as torchvision's VGG numbers them. */
import { unreachable } from '../../util/unreachable.js';
import { buildNet, type Net } from '../net.js';
import { netShape } from '../nets.js';
import { type ExportedLayer, type ExportedNet, lengthOf } from './exported-net.js';

/** `getattr(torch.nn, module)(**arguments)`. */
export interface TorchModule {
  readonly module: string;
  readonly arguments: Readonly<Record<string, number | boolean>>;
  /** The layer of ours whose weights it has; absent where it has none. */
  readonly layer?: string;
}

/** `classifier` follows `features` after a torch.flatten(x, 1); each is a torch.nn.Sequential. */
export interface TorchModules {
  readonly features: readonly TorchModule[];
  readonly classifier: readonly TorchModule[];
}

export function torchModules({ layers }: ExportedNet, dropout: number): TorchModules {
  const modules = (of: ExportedLayer) => modulesOf(of, dropout);
  return {
    features: layers.filter(({ is }) => is !== 'fc').flatMap(modules),
    classifier: layers.filter(({ is }) => is === 'fc').flatMap(modules),
  };
}

function modulesOf(layer: ExportedLayer, dropout: number): readonly TorchModule[] {
  const relu = { module: 'ReLU', arguments: {} };
  switch (layer.is) {
    case 'conv': {
      const { name, side, inputs, outputs } = layer;
      const sizes = { in_channels: inputs, out_channels: outputs, kernel_size: side };
      return [{ module: 'Conv2d', arguments: { ...sizes, padding: (side - 1) / 2 }, layer: name }, relu];
    }
    case 'pool': {
      const windows = { kernel_size: 2, stride: 2, ceil_mode: layer.pooling === 'ceil' };
      return [{ module: 'MaxPool2d', arguments: windows }];
    }
    case 'lrn': {
      const { size, alpha, beta, bias } = layer;
      return [{ module: 'LocalResponseNorm', arguments: { size, alpha, beta, k: bias } }];
    }
    case 'fc': {
      const { name, input, units, hidden } = layer;
      const linear = {
        module: 'Linear',
        arguments: { in_features: lengthOf(input), out_features: units },
        layer: name,
      };
      return hidden ? [linear, relu, { module: 'Dropout', arguments: { p: dropout } }] : [linear];
    }
    default:
      return unreachable(layer);
  }
}

/** `features.0`, `classifier.3` and so on, by our layers' names, in their order. */
export function torchNames({ features, classifier }: TorchModules): ReadonlyMap<string, string> {
  const named = (modules: readonly TorchModule[], prefix: string) =>
    modules.flatMap(({ layer }, place) =>
      layer === undefined ? [] : [[layer, `${prefix}.${place}`] as const],
    );
  return new Map([...named(features, 'features'), ...named(classifier, 'classifier')]);
}

const TORCHVISION = { A: 'vgg11', B: 'vgg13', D: 'vgg16', E: 'vgg19' } as const;

/** The function of torchvision.models that builds just this net; undefined for nets that it does not have. */
export function torchvisionName({ shape, layers }: Net): string | undefined {
  // At 224 px all sides that are pooled are even, so both ways to pool are one.
  if (shape.crop !== 224) return undefined;
  const parametersOf = (net: Net) => JSON.stringify(net.layers.map(({ parameters }) => parameters));
  const { crop, classes, pooling } = shape;
  const own = parametersOf({ shape, layers });
  const same = (['A', 'B', 'D', 'E'] as const).find(
    (name) => parametersOf(buildNet(netShape(name, { width: 1, crop, classes, pooling }))) === own,
  );
  return same && TORCHVISION[same];
}
