/** Schema checks: ajv's errors become diagnostics at the keys they are about. */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { failed, ok, type Result } from '../util/result.js';
import { validatorOf } from '../util/validator.js';
import { type Diagnostic, isSamePlace, type Position } from './diagnostic.js';
import { namedKinds, skeletonSchema, type SpecValues } from './experiment-schema.js';
import { type LocatedMap, toPlain } from './located.js';
import { withoutWrongParts } from './salvage.js';
import { type Root, schemaMistakes } from './schema-mistakes.js';
import type { Subject, Vocabulary } from './schema.js';
import { stageSchema, SWEEP_KEYS } from './sweep-schema.js';

/** The schemas that a {@link SpecValidator} may need. */
export function schemasOf(vocabulary: Vocabulary): readonly object[] {
  return [skeletonSchema(vocabulary), ...namedKinds(vocabulary).map((kind) => stageSchema(kind))];
}

/** Checks specs against the kinds that exist. */
export class SpecValidator {
  readonly vocabulary: Vocabulary;
  readonly #stages = new Map<string, ValidateFunction>();
  #skeleton: ValidateFunction | undefined;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * Everything but the stages' own keys; defaults are filled in.
   * @param complete whether keys may not be missing
   * @returns values of what is right, if enough is; and what is wrong
   */
  spec(tree: LocatedMap, complete = true): CheckedSpec {
    const values = toPlain(tree);
    const errors = this.#skeletonErrors(values);
    if (errors.length === 0) return { values: values as SpecValues, mistakes: [] };
    const root = { path: [], name: 'the spec', complete };
    const inProfile = /^\/profiles\/[^/]+/;
    const ofProfiles = errors.filter(({ instancePath }) => inProfile.test(instancePath));
    const others = errors.filter((error) => !ofProfiles.includes(error));
    const profileMistakes = schemaMistakes(ofProfiles, tree, root);
    // What the chosen profile sets is checked again where it went; an expression has another place there.
    const expressions = ofProfiles.filter(({ data }) => typeof data === 'string' && data.includes('${'));
    const known = new Set(expressions.map(({ instancePath }) => instancePath.replace(inProfile, '')));
    const rest = schemaMistakes(
      others.filter(({ instancePath }) => !known.has(instancePath)),
      tree,
      root,
    ).filter(({ at }) => !profileMistakes.some((d) => isSamePlace(d.at, at)));
    return {
      values: this.#salvaged(tree, errors),
      mistakes: [...profileMistakes, ...rest],
    };
  }

  #salvaged(tree: LocatedMap, errors: readonly ErrorObject[]): SpecValues | undefined {
    const rest = toPlain(withoutWrongParts(tree, errors));
    return this.#skeletonErrors(rest).length === 0 ? (rest as SpecValues) : undefined;
  }

  #skeletonErrors(values: unknown): readonly ErrorObject[] {
    this.#skeleton ??= validatorOf(skeletonSchema(this.vocabulary));
    return this.#errors(this.#skeleton, values);
  }

  /** The keys that `defaults` gives to every stage of a kind. */
  defaults({ kind, tree }: StageTree, key: Position): readonly Diagnostic[] {
    const errors = this.#errors(this.#stage(kind), toPlain(tree));
    const path = ['defaults', kind];
    return schemaMistakes(errors, tree, { path, name: path.join('.'), complete: false, at: key });
  }

  /**
   * The keys of a stage, those of the language included; values that are still expressions are passed over.
   * @param name of the stage in the spec, and where it stands
   */
  stage(name: StageName, { kind, tree }: StageTree, complete = true): readonly Diagnostic[] {
    const errors = this.#errors(this.#stage(kind), toPlain(tree));
    return schemaMistakes(errors, tree, { ...stageRoot(name), complete });
  }

  /**
   * The keys of the kind itself, of one member of a stage, with every expression replaced; defaults are filled in.
   */
  member(
    name: StageName,
    { kind, tree }: StageTree,
  ): Result<Readonly<Record<string, unknown>>, readonly Diagnostic[]> {
    const all = Object.entries(toPlain(tree) as Record<string, unknown>);
    const values = Object.fromEntries(all.filter(([key]) => !SWEEP_KEYS.has(key)));
    const errors = this.#errors(this.#stage(kind), values);
    if (errors.length === 0) return ok(values);
    return failed(schemaMistakes(errors, tree, stageRoot(name)));
  }

  /** Whether a spec can name the kind as a stage's. */
  isNamed(kind: string): boolean {
    return namedKinds(this.vocabulary).some((stage) => stage.kind === kind);
  }

  /** What stages of a kind work on; undefined if on nothing. */
  subject(kind: string): Subject | undefined {
    return this.vocabulary.stages.find((stage) => stage.kind === kind)?.subject;
  }

  /** The keys of a kind that name a net. */
  netKeys(kind: string): readonly string[] {
    const { schema } = namedKinds(this.vocabulary).find((stage) => stage.kind === kind)!;
    const { properties } = schema as unknown as { properties: Record<string, { net?: true }> };
    return Object.keys(properties).filter((key) => properties[key]!.net === true);
  }

  #stage(kind: string): ValidateFunction {
    const known = this.#stages.get(kind);
    if (known) return known;
    const definition = namedKinds(this.vocabulary).find((stage) => stage.kind === kind);
    if (!definition) throw new Error(`Internal error: no schema of a stage of kind "${kind}"`);
    const compiled = validatorOf(stageSchema(definition));
    this.#stages.set(kind, compiled);
    return compiled;
  }

  #errors(validator: ValidateFunction, values: unknown): readonly ErrorObject[] {
    return validator(values) ? [] : (validator.errors ?? []);
  }
}

/** What a spec comes to. */
export interface CheckedSpec {
  readonly values: SpecValues | undefined;
  readonly mistakes: readonly Diagnostic[];
}

/** A stage's name and the place of its key. */
export interface StageName {
  readonly name: string;
  readonly key: Position;
}

/** A stage or one member of it. */
export interface StageTree {
  readonly kind: string;
  readonly tree: LocatedMap;
}

function stageRoot({ name, key }: StageName): Root {
  return { path: ['stages', name], name: `stages.${name}`, complete: true, at: key };
}
