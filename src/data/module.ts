import { ContainerModule } from 'inversify';
import { builtInDatasets } from './datasets/built-in.js';
import { DatasetsByKind } from './datasets/by-kind.js';

export const dataModule = new ContainerModule(({ bind }) => {
  bind(DatasetsByKind).toResolvedValue(builtInDatasets, []);
});
