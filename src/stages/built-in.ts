/** The kinds that come with us, as data: what the parent process plans with. */
import type { StageDefinition } from '../plan/definition.js';
import type { MetricSchema } from '../spec/schema.js';
import { augmentDefinition } from './augment/definition.js';
import { bestEnsembleDefinition } from './best-ensemble/definition.js';
import { claimsDefinition } from './claims/definition.js';
import { contactSheetDefinition } from './contact-sheet/definition.js';
import { ensembleDefinition } from './ensemble/definition.js';
import { evaluateDefinition } from './evaluate/definition.js';
import { featuresDefinition } from './features/definition.js';
import { importDefinition } from './import/definition.js';
import { indexDefinition } from './index/definition.js';
import { localiseDefinition } from './localise/definition.js';
import { meanDefinition } from './mean/definition.js';
import { mergeBoxesDefinition } from './merge-boxes/definition.js';
import { svmDefinition } from './svm/definition.js';
import { tableDefinition } from './table/definition.js';
import { METRIC_SCHEMAS } from './table/metric-schemas.js';
import { trainDefinition } from './train/definition.js';
import { trainBoxesDefinition } from './train-boxes/definition.js';

const DEFINITIONS = [
  indexDefinition,
  augmentDefinition,
  contactSheetDefinition,
  trainDefinition,
  importDefinition,
  evaluateDefinition,
  meanDefinition,
  ensembleDefinition,
  bestEnsembleDefinition,
  trainBoxesDefinition,
  localiseDefinition,
  mergeBoxesDefinition,
  featuresDefinition,
  svmDefinition,
  tableDefinition,
  claimsDefinition,
] as readonly StageDefinition[];

export const BUILT_IN_KINDS: {
  readonly definitions: readonly StageDefinition[];
  readonly metrics: readonly MetricSchema[];
} = { definitions: DEFINITIONS, metrics: METRIC_SCHEMAS };
