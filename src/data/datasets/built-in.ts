import { DatasetsByKind } from './by-kind.js';
import { EmbeddedDrawings } from './embedded-drawings.js';
import { Ilsvrc2012 } from './ilsvrc2012.js';
import { ImageFolder } from './image-folder.js';

/** Every kind of image set that comes with us. */
export function builtInDatasets(): DatasetsByKind {
  return new DatasetsByKind([new ImageFolder(), new EmbeddedDrawings(), new Ilsvrc2012()]);
}
