import { DatasetsByKind } from './by-kind.js';
import { Caltech } from './caltech.js';
import { Cifar } from './cifar.js';
import { CsvList } from './csv-list.js';
import { EmbeddedDrawings } from './embedded-drawings.js';
import { Ilsvrc2012 } from './ilsvrc2012.js';
import { ImageFolder } from './image-folder.js';
import { TinyImageNet } from './tiny-imagenet.js';

/** Every kind of image set that comes with us. */
export function builtInDatasets(): DatasetsByKind {
  return new DatasetsByKind([
    new ImageFolder(),
    new CsvList(),
    new EmbeddedDrawings(),
    new Ilsvrc2012(),
    new TinyImageNet(),
    new Cifar(),
    new Caltech(),
  ]);
}
