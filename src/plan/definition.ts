/** A stage kind as data: what the spec may say of it, and which tasks it stands for. The work itself is in the worker. */
import type { ArtifactType, ScaleSpec, StageSchema } from '../spec/schema.js';
import type { Labels } from './labels.js';

export type { ArtifactType };

/** The image set that a task reads, as far as it is part of its identity: kind, name and what tells variants apart. */
export type DatasetIdentity = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly name: string;
};

export type Split = 'train' | 'val';

/** A task before it has an identity. Drafts form a graph through their inputs; equal drafts become one task. */
export interface TaskDraft {
  readonly kind: string;
  /** Everything that was asked for and changes the result; JSON values only. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, TaskDraft | readonly TaskDraft[]>>;
  /** What its kind says of it; the axes of its stage come to it when the plan is made. */
  readonly labels: Labels;
  /** A file of weights that it reads, as the spec names it; where that lies is no part of what it is. */
  readonly file?: string;
}

/** The one task that a stage refers to, with the axes of its stage. */
export interface Referred {
  readonly draft: TaskDraft;
  readonly labels: Labels;
}

/** A net's part before the fully-connected layers, as data; absent for those that come with us. */
export interface NetReference {
  readonly net: string;
  readonly layers?: readonly unknown[];
  /** Versions of the layers' kinds that plugins bring, by kind. */
  readonly layerVersions?: Readonly<Record<string, string>>;
}

/** What a stage's `expand` may look at. */
export interface ExpandContext {
  /** The task that lists a split of the images: of `data`, or of a set under `datasets` that a parameter names. */
  images(split: Split, datasetParameter?: string): TaskDraft;
  /** Side of the training crop, px. */
  readonly crop: number;
  /** How many processes train a net together. */
  readonly workers: number;
  /** Real px of a scale in the paper's px; of a range, a range. */
  realScale<S extends ScaleSpec>(paperPx: S): S;
  /** The tasks that the words `from`, `each` or `over` name, in the order of the spec. */
  readonly subjects: readonly Referred[];
  /** The one task of another stage that a reference parameter names; undefined if it is left out. */
  referred(parameter: string): Referred | undefined;
  /** A net by the name under a parameter. */
  net(parameter: string): NetReference;
  /** Records a mistake of the user at a parameter. */
  mistake(parameter: string, message: string, help?: string): void;
}

/** What is known of a split without looking at it; undefined where it is not. */
export interface DataFacts {
  readonly images: number | undefined;
  readonly classes: number | undefined;
}

/** What a task costs, as far as it is known before any image is there. */
export interface Cost {
  /** Weights and biases of its net. */
  readonly netParameters?: number;
  /** Multiplications with an addition, over all images and passes. */
  readonly multiplyAdds?: number;
  /** Images read, each counted as often as it is. */
  readonly images?: number;
  /** Of what it leaves on the disk, where that grows with the images or the net. */
  readonly bytes?: number;
  /** Of memory, where that grows with the images. */
  readonly heldBytes?: number;
}

export interface StageDefinition<P = unknown> extends StageSchema {
  /** Raised when the same parameters and inputs give another result than before. */
  readonly version: string;
  /** Set by us: what such a kind does wrong is the user's to mend. */
  readonly isOfPlugin?: boolean;
  readonly output: ArtifactType;
  /** Type of artifact by input. */
  readonly inputs: Readonly<Record<string, ArtifactType>>;
  /** Whether the work needs a net on a device. */
  readonly usesEngine: boolean;
  /** Whether several workers can do it together, each a part of every batch. */
  readonly isDataParallel?: true;
  /** Whether it reads the images themselves. */
  readonly readsImages: boolean;
  /** The task that one member of a stage stands for, with those that it implies as its inputs; pure. */
  expand(parameters: P, context: ExpandContext): TaskDraft;
  /** @param facts of the images that a draft of kind `index` lists */
  cost?(draft: TaskDraft, facts: (index: TaskDraft) => DataFacts): Cost;
  /** What of a task this version cannot do yet, as the end of "cannot do ... yet"; undefined if it can do all. */
  notYet?(parameters: Readonly<Record<string, unknown>>, inputs: readonly string[]): string | undefined;
}
