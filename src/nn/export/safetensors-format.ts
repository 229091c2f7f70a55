/** A PyTorch state dictionary in a safetensors file, under the names of torchvision's VGG. */
import { safetensorsHead } from '../../util/safetensors.js';
import type { ExportOptions, Part, WeightArray } from './export-format.js';
import { type ExportedNet, lengthOf } from './exported-net.js';
import { torchModules, torchNames } from './torch-modules.js';
import { inTorchOrder } from './torch-order.js';

export async function* safetensorsFormat(
  exported: ExportedNet,
  weights: AsyncIterable<WeightArray>,
  { file }: ExportOptions,
): AsyncGenerator<Part, void, undefined> {
  // "pt" is what libraries ask a file of PyTorch for.
  yield { file, bytes: safetensorsHead(arraysOf(exported), { format: 'pt' }).head };
  for await (const array of weights) for (const bytes of inTorchOrder(array)) yield { file, bytes };
}

function arraysOf(exported: ExportedNet) {
  const names = torchNames(torchModules(exported, 0));
  return exported.layers.flatMap((layer) => {
    if (layer.is !== 'conv' && layer.is !== 'fc') return [];
    const name = names.get(layer.name)!;
    const [units, shape] =
      layer.is === 'conv'
        ? [layer.outputs, [layer.outputs, layer.inputs, layer.side, layer.side]]
        : [layer.units, [layer.units, lengthOf(layer.input)]];
    return [
      { name: `${name}.weight`, shape },
      { name: `${name}.bias`, shape: [units] },
    ];
  });
}
