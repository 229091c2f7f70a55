/** A stage kind as data: what the spec may say of it, and which tasks it stands for. The work itself is in the worker. */
import type { StageSchema } from '../spec/schema.js';

/** Types of what tasks make and use. */
export type ArtifactType = 'index' | 'augmentation' | 'checkpoint' | 'scores' | 'table';

/** Where a task stands in the paper's tables: net, S and Q in the paper's px. Not part of its identity. */
export type Labels = Readonly<Record<string, string | number>>;

/** A task before it has an identity. Drafts form a graph through their inputs; equal drafts become one task. */
export interface TaskDraft {
  readonly kind: string;
  /** Everything that was asked for and changes the result; JSON values only. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, TaskDraft | readonly TaskDraft[]>>;
  readonly labels: Labels;
}

/** What a stage's `expand` may look at. */
export interface ExpandContext {
  /** The task that lists a split of the images. */
  images(split: 'train' | 'val'): TaskDraft;
  /** Side of the training crop, px. */
  readonly crop: number;
  /** Real px of a scale in the paper's px. */
  realScale(paperPx: number): number;
  /** The one task of the stage that a reference parameter names. */
  from(parameter: string): TaskDraft;
  /** Records a mistake of the user at a parameter. */
  mistake(parameter: string, message: string, help?: string): void;
}

export interface StageDefinition<P = unknown> extends StageSchema {
  /** Raised when the same parameters and inputs give another result than before. */
  readonly version: string;
  readonly output: ArtifactType;
  /** Type of artifact by input. */
  readonly inputs: Readonly<Record<string, ArtifactType>>;
  /** Whether the work needs a net on a device. */
  readonly usesEngine: boolean;
  /** Whether it reads the images themselves. */
  readonly readsImages: boolean;
  /** The tasks of one stage of a spec; pure. */
  expand(parameters: P, context: ExpandContext): readonly TaskDraft[];
}
