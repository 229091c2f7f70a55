import { ContainerModule } from 'inversify';
import { Dataset } from './dataset.js';
import { DatasetsByKind } from './datasets/by-kind.js';
import { EmbeddedDrawings } from './datasets/embedded-drawings.js';
import { ImageFolder } from './datasets/image-folder.js';

export const dataModule = new ContainerModule(({ bind }) => {
  bind(Dataset).toResolvedValue(() => new DatasetsByKind([new ImageFolder(), new EmbeddedDrawings()]), []);
});
