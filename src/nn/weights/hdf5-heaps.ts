/**
 * The collections of texts of an HDF5 file (HDF5 File Format Specification, III.E): the library walks them by the length
 * of each text, and never ends where one is such that it goes in circles.
 */
import { FormatError } from '../../util/safetensors.js';

/** The signature, version 1 and three zeros. */
const START = Buffer.from('GCOL\x01\0\0\0', 'latin1');
/** Of a collection, and of a text in it. */
const HEAD_BYTES = 16;

/** @throws FormatError if a text leaves its collection, or a collection the file */
export function checkTexts(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = file.indexOf(START); at >= 0; at = file.indexOf(START, at + 1)) {
    // What begins so elsewhere is a number of an array.
    if (at % 8 !== 0) continue;
    const end = at + lengthAt(file, at + 8);
    if (!(end <= file.length)) throw damaged(at);
    for (let text = at + HEAD_BYTES; text + HEAD_BYTES <= end;) {
      // Of the room that is left.
      if (file.readUInt16LE(text) === 0) break;
      text += HEAD_BYTES + 8 * Math.ceil(lengthAt(file, text + 8) / 8);
      if (!(text <= end)) throw damaged(at);
    }
  }
}

/** Infinity where it is no length that can be. */
function lengthAt(file: Buffer, at: number): number {
  return at + 8 <= file.length ? Number(file.readBigUInt64LE(at)) : Infinity;
}

function damaged(at: number): FormatError {
  return new FormatError(`hdf5: damaged: the texts at byte ${at} are longer than their place`);
}
