/** PASCAL VOC's annotation of an image: its objects, each with a box, what is said of it, and of people what they do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, DatasetError } from '../dataset.js';
import { childrenOf, parseXml, textOf, type XmlElement } from './xml.js';

export interface VocObject {
  /** One of the 20 classes. */
  readonly name: string;
  /** From 0; VOC itself counts pixels from 1, and both ends belong to a box. */
  readonly box: Box;
  /** Hard to recognise: evaluations pass over it. */
  readonly difficult: boolean;
  readonly truncated: boolean;
  /** Of people in VOC 2012: whether they do each of the actions; absent where nothing is said. */
  readonly actions?: ReadonlyMap<string, boolean>;
}

export interface VocAnnotation {
  /** Px. */
  readonly width: number;
  readonly height: number;
  readonly objects: readonly VocObject[];
}

/** @param root absolute, e.g. `VOCdevkit/VOC2012` @throws DatasetError, by file, if it is absent or is no annotation */
export async function readAnnotation(root: string, image: string): Promise<VocAnnotation> {
  const path = join(root, 'Annotations', `${image}.xml`);
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new DatasetError(`${path} cannot be read: ${String(error)}`, { cause: error });
  }
  return parseAnnotation(text, path);
}

/** @param file its name in messages */
export function parseAnnotation(text: string, file: string): VocAnnotation {
  const root = parseXml(text);
  const wrong = (what: string) =>
    new DatasetError(`${file} is no annotation of PASCAL VOC: ${what}. Get the set anew.`);
  if (typeof root === 'string') throw wrong(root);
  const number = (element: XmlElement | undefined, name: string) => {
    const value = Number(textOf(element, name) ?? NaN);
    if (!Number.isFinite(value)) throw wrong(`<${name}> is no number`);
    return value;
  };
  const [size] = childrenOf(root, 'size');
  const objects = childrenOf(root, 'object').map((object): VocObject => {
    const name = textOf(object, 'name');
    const [bounds] = childrenOf(object, 'bndbox');
    if (name === undefined || name === '') throw wrong('an object has no name');
    const [left, top] = [number(bounds, 'xmin') - 1, number(bounds, 'ymin') - 1];
    const [width, height] = [number(bounds, 'xmax') - left, number(bounds, 'ymax') - top];
    if (width <= 0 || height <= 0) throw wrong(`the box of a ${JSON.stringify(name)} has no area`);
    const [actions] = childrenOf(object, 'actions');
    return {
      name,
      box: { left, top, width, height },
      difficult: textOf(object, 'difficult') === '1',
      truncated: textOf(object, 'truncated') === '1',
      ...(actions && { actions: new Map(actions.children.map((one) => [one.name, one.text === '1'])) }),
    };
  });
  return { width: number(size, 'width'), height: number(size, 'height'), objects };
}
