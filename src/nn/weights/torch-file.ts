/** Weights that PyTorch saved: a zip since version 1.6, one pickle after the other before (torchvision's own files). */
import { FormatError } from '../../util/safetensors.js';
import { shownName } from '../../util/shown-name.js';
import { unpickle } from './pickle.js';
import type { RandomAccess } from './random-access.js';
import { torchLayers } from './torch-names.js';
import { NUMBER_BYTES } from './number-types.js';
import { stateDictionary, type Storage, torchObjects } from './torch-objects.js';
import type { FileLayer } from './weights-file.js';
import { openZip } from './zip.js';

/** Names, shapes and numbers of all arrays; more is no state dictionary. */
const MOST_PICKLE_BYTES = 16 * 2 ** 20;

/** What the second of the old pickles says. */
const OLD_PROTOCOL = 1001;

/** @throws FormatError, UserError */
export async function zippedTorchLayers(file: RandomAccess): Promise<readonly FileLayer[]> {
  const zip = await openZip(file);
  const entry = zip.names.find((name) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name));
  if (entry === undefined)
    throw new FormatError(
      `zip: no "data.pkl", so PyTorch did not save it; it holds ${zip.names.length} files`,
    );
  const folder = entry.slice(0, -'data.pkl'.length);
  if (zip.names.includes(`${folder}constants.pkl`))
    throw new FormatError(
      'zip: a TorchScript program, not weights. Save the state_dict() of the net instead.',
    );
  if (zip.names.includes(`${folder}byteorder`)) {
    const order = Buffer.from(await zip.read(`${folder}byteorder`, 16)).toString('latin1');
    if (order !== 'little') throw new FormatError(`zip: numbers in the byte order ${shownName(order)}`);
  }
  const { value } = unpickle(await zip.read(entry, MOST_PICKLE_BYTES), 0, torchObjects());
  return torchLayers(
    stateDictionary(value, async ({ key }, bytes) => {
      const data = await zip.read(`${folder}data/${key}`, bytes);
      if (data.length !== bytes)
        throw new FormatError(
          `zip: data/${shownName(key)} holds ${data.length} bytes, but its tensor needs ${bytes}`,
        );
      return data;
    }),
  );
}

/** Five pickles (a magic number, the version, the machine, the dictionary, the keys), then the storages. @throws FormatError */
export async function oldTorchLayers(file: RandomAccess): Promise<readonly FileLayer[]> {
  const head = await file.read(0, Math.min(file.size, MOST_PICKLE_BYTES));
  const storages = new Map<string, Storage>();
  const objects = torchObjects();
  const handlers = {
    ...objects,
    persistent: (id: unknown) => {
      const storage = objects.persistent(id) as Storage;
      storages.set(storage.key, storage);
      return storage;
    },
  };
  let end = 0;
  const values = Array.from({ length: 5 }, () => {
    const part = unpickle(head, end, handlers);
    end = part.end;
    return part.value;
  });
  const [, protocol, machine, dictionary, keys] = values;
  if (protocol !== OLD_PROTOCOL) throw new FormatError('pickle: not one that torch.save wrote');
  if (machine instanceof Map && machine.get('little_endian') === false)
    throw new FormatError('pickle: numbers in big-endian byte order');
  const places = await storagePlaces(file, keys, storages, end);
  return torchLayers(
    stateDictionary(dictionary, ({ key }, bytes) => {
      const at = places.get(key);
      if (at === undefined) throw new FormatError(`pickle: the storage ${shownName(key)} is not in the file`);
      return file.read(at, bytes);
    }),
  );
}

/** Each storage stands after its length, in the order of the keys. */
async function storagePlaces(
  file: RandomAccess,
  keys: unknown,
  storages: ReadonlyMap<string, Storage>,
  start: number,
): Promise<ReadonlyMap<string, number>> {
  if (!Array.isArray(keys)) throw new FormatError('pickle: no list of storages');
  const places = new Map<string, number>();
  let at = start;
  for (const key of keys as unknown[]) {
    const storage = storages.get(String(key));
    if (!storage) throw new FormatError(`pickle: a storage ${shownName(String(key))} that no tensor has`);
    if (!storage.type)
      throw new FormatError(
        'pickle: whole numbers among the weights of an old file. Save it anew with PyTorch.',
      );
    const length = Number(Buffer.from(await file.read(at, 8)).readBigUInt64LE());
    if (length !== storage.length)
      throw new FormatError(
        `pickle: the storage ${shownName(String(key))} holds ${length} numbers at byte ${at}, but its tensor needs ${storage.length}`,
      );
    places.set(storage.key, at + 8);
    at += 8 + length * NUMBER_BYTES[storage.type];
  }
  return places;
}
