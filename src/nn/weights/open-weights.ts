/** Opens a file of weights by what it holds; its name must not say otherwise. */
import { basename, extname } from 'node:path';
import { FormatError } from '../../util/safetensors.js';
import { UserError } from '../../util/user-error.js';
import { caffeLayers } from './caffe-file.js';
import { openRandomAccess, type RandomAccess } from './random-access.js';
import { safetensorsLayers } from './safetensors-file.js';
import { oldTorchLayers, zippedTorchLayers } from './torch-file.js';
import type { WeightsFile, WeightsFormat } from './weights-file.js';

const HDF5 = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
/** Protocol 2, and the long number that torch.save began with. */
const OLD_TORCH = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');

const ENDINGS: Readonly<Record<string, WeightsFormat>> = {
  '.caffemodel': 'caffe',
  '.pth': 'pytorch',
  '.pt': 'pytorch',
  '.bin': 'pytorch',
  '.safetensors': 'safetensors',
  '.h5': 'keras',
  '.hdf5': 'keras',
};

export const FORMAT_NAMES: Readonly<Record<WeightsFormat, string>> = {
  caffe: 'a caffemodel',
  pytorch: 'a file of PyTorch',
  safetensors: 'a safetensors file',
  keras: 'an HDF5 file of Keras',
};

/**
 * @param path absolute
 * @throws UserError naming the file and what is wrong in it: absent, cut short, of another format, no such net's weights
 */
export async function openWeights(path: string): Promise<WeightsFile> {
  const file = await openRandomAccess(path);
  try {
    const { format, layers, close } = await read(file, basename(path));
    return {
      format,
      layers,
      close: async () => {
        close?.();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw inFile(path, error);
  }
}

/** Says in which file something is wrong. */
export function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const { message } = error;
  return new UserError(message.startsWith(path) ? message : `${path}: ${message}`, { cause: error });
}

async function read(file: RandomAccess, name: string) {
  const head = Buffer.from(await file.read(0, Math.min(file.size, 16)));
  const format = formatOf(head, file.size);
  const said = ENDINGS[extname(name).toLowerCase()];
  if (format && said && format !== said)
    throw new UserError(
      `By its name it is ${FORMAT_NAMES[said]}, by its content ${FORMAT_NAMES[format]}. Rename it, if that is what it should be.`,
    );
  if (!format)
    throw new FormatError(
      `${file.size === 0 ? 'an empty file' : 'none of the formats that are read'}: .caffemodel, .pth, .safetensors or .h5${said ? `; not ${FORMAT_NAMES[said]}, as its name says` : ''}`,
    );
  switch (format) {
    case 'caffe':
      return { format, layers: await caffeLayers(file), close: undefined };
    case 'safetensors':
      return { format, layers: await safetensorsLayers(file), close: undefined };
    case 'keras':
      // With HDF5 comes a library of three megabytes.
      return { format, ...(await (await import('./keras-file.js')).kerasLayers(file)) };
    case 'pytorch': {
      const layers = await (starts(head, ZIP) ? zippedTorchLayers(file) : oldTorchLayers(file));
      return { format, layers, close: undefined };
    }
  }
}

function formatOf(head: Buffer, size: number): WeightsFormat | undefined {
  if (starts(head, HDF5)) return 'keras';
  if (starts(head, ZIP) || starts(head, OLD_TORCH)) return 'pytorch';
  if (head.length > 8 && head[8] === 0x7b && head.readBigUInt64LE() <= size) return 'safetensors';
  // The first field of a NetParameter: its name, or a layer of the old or the new form.
  if (head[0] === 0x0a || head[0] === 0x12 || (head[0] === 0xa2 && head[1] === 0x06)) return 'caffe';
  return undefined;
}

function starts(head: Buffer, magic: Buffer): boolean {
  return head.subarray(0, magic.length).equals(magic);
}
