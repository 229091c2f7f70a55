/** A kind of image set: stripes of three directions, drawn on the fly. Nothing is read from a disk. */
import { Dataset, DatasetError, Type } from 'stagecraft/plugin';

/** @import { DatasetSource, PluginDataset, Split } from 'stagecraft/plugin' */

const CLASSES = ['across', 'diagonal', 'upright'];
const ANGLES = { across: 90, diagonal: 45, upright: 0 };

class Stripes extends Dataset {
  kind = 'stripes';

  /** @param {DatasetSource} source @param {Split} split */
  async fingerprint(source, split) {
    return `stripes 1 ${split} ${perClass(source)}`;
  }

  /** @param {DatasetSource} source @param {Split} split */
  async list(source, split) {
    const ids = CLASSES.flatMap((name) => Array.from({ length: perClass(source) }, (_, i) => `${name}/${i}`));
    const images = ids.sort().map((id) => ({
      id,
      label: CLASSES.indexOf(id.split('/')[0]),
      bytes: Buffer.byteLength(draw(id, split)),
    }));
    return { classes: CLASSES, images };
  }

  /** @param {DatasetSource} source @param {Split} split @param {string} id */
  async read(source, split, id) {
    if (!/^(across|diagonal|upright)\/\d+$/.test(id)) throw new DatasetError(`There are no stripes ${id}.`);
    return Buffer.from(draw(id, split));
  }
}

/** @param {DatasetSource} source */
function perClass(source) {
  return Number(source.options?.['perClass'] ?? 20);
}

/** An SVG document, as any other image. @param {string} id @param {Split} split */
function draw(id, split) {
  const [name, number] = id.split('/');
  const n = 2 * Number(number) + (split === 'val' ? 1 : 0);
  const width = 3 + (n % 5);
  const shade = 120 + ((37 * n) % 100);
  const angle = ANGLES[/** @type {keyof typeof ANGLES} */ (name)] + ((13 * n) % 17) - 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="72" height="80">
  <defs><pattern id="p" width="${2 * width}" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(${angle})">
    <rect width="${width}" height="9" fill="rgb(${shade},${shade},${255 - shade})"/></pattern></defs>
  <rect width="72" height="80" fill="white"/><rect width="72" height="80" fill="url(#p)"/></svg>`;
}

/** @type {PluginDataset} */
export const stripes = {
  schema: {
    kind: 'stripes',
    description: 'Stripes of three directions, drawn on the fly.',
    properties: {
      perClass: Type.Integer({ minimum: 1, default: 20, description: 'Images a class, in each split.' }),
    },
  },
  create: () => new Stripes(),
};
