/** How a stage finds the members of others while it is expanded itself. */
import type { Diagnostic, Position } from '../spec/diagnostic.js';
import type { ResolvedSpec } from '../spec/load.js';
import type { LocatedMap } from '../spec/located.js';
import type { ArtifactType, StageDefinition } from './definition.js';
import type { Definitions } from './definitions.js';
import type { Member } from './member.js';
import type { MemberSet } from './member-set.js';

/** What a word of the spec wants: which artifact (any where undefined), and where the spec says so. */
export interface Wanted {
  readonly artifact: ArtifactType | undefined;
  /** Place of the name in the spec, for mistakes. */
  readonly path: readonly string[];
}

/** A stage on its way to its members. */
export interface StageAtHand {
  readonly name: string;
  /** Place of its name. */
  readonly key: Position;
  readonly tree: LocatedMap;
  readonly definition: StageDefinition;
}

export interface References {
  readonly mistakes: Diagnostic[];
  readonly spec: ResolvedSpec;
  readonly definitions: Definitions;
  /** The members that a name stands for; undefined after a mistake. */
  named(target: string, wanted: Wanted): MemberSet | undefined;
  /** The one member that a name and a condition stand for; undefined after a mistake. */
  one(target: string, where: LocatedMap | undefined, wanted: Wanted): Member | undefined;
  /** Records a mistake at the value under a path of the spec, or at the nearest key. */
  mistake(path: readonly string[], message: string, help?: string): void;
}
