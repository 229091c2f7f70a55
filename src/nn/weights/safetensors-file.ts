/** Weights in a safetensors file, under torchvision's or timm's names. */
import { FormatError, headerLength, safetensorsPlaces } from '../../util/safetensors.js';
import { shownName } from '../../util/shown-name.js';
import { contiguous } from './array-view.js';
import { NUMBER_BYTES, type NumberType, toFloat32 } from './number-types.js';
import type { RandomAccess } from './random-access.js';
import type { FileLayer } from './weights-file.js';
import { torchLayers } from './torch-names.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

/** @throws FormatError, UserError */
export async function safetensorsLayers(file: RandomAccess): Promise<readonly FileLayer[]> {
  const length = headerLength(await file.read(0, Math.min(8, file.size)), file.size);
  const bytes = Object.fromEntries(Object.entries(TYPES).map(([type, name]) => [type, NUMBER_BYTES[name]]));
  const start = 8 + length;
  const places = safetensorsPlaces(await file.read(8, length), file.size - start, {
    ...bytes,
    // What is no weight may stand beside, such as a counter.
    ...{ I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 },
  });
  const arrays = places.map(({ name, type, shape, from, to }) => ({
    name,
    fileShape: shape,
    ...contiguous(shape),
    read: async () => {
      const numbers = TYPES[type];
      if (!numbers) throw new FormatError(`safetensors: ${shownName(name)} is ${type}, which no weights are`);
      return toFloat32(await file.read(start + from, to - from), numbers);
    },
  }));
  return torchLayers(new Map(arrays.map((array) => [array.name, array])));
}
