/** Schema checks: ajv's errors become diagnostics at the keys they are about. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { failed, ok, type Result } from '../util/result.js';
import { type Diagnostic, isSamePlace, type Position } from './diagnostic.js';
import { namedKinds, skeletonSchema, type SpecValues } from './experiment-schema.js';
import { type LocatedMap, toPlain } from './located.js';
import { type Root, schemaMistakes } from './schema-mistakes.js';
import type { Subject, Vocabulary } from './schema.js';
import { stageSchema, SWEEP_KEYS } from './sweep-schema.js';

/** The words of ours in schemas that say nothing about validity. */
export const ANNOTATIONS = ['reference', 'net', 'expected'];

/** Checks specs against the kinds that exist. Compiling takes tens of milliseconds, so it is done when needed, once. */
export class SpecValidator {
  readonly vocabulary: Vocabulary;
  readonly #ajv: Ajv2020;
  readonly #stages = new Map<string, ValidateFunction>();
  #skeleton: ValidateFunction | undefined;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.#ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      strictTypes: false,
      discriminator: true,
      useDefaults: true,
      verbose: true,
      // The schemas are ours (a test checks them), and compiling the schema of schemas takes longer than ours.
      validateSchema: false,
      meta: false,
      // Specs are small: what the optimised code would gain, optimising it costs many times over.
      code: { optimize: false },
    });
    this.#ajv.addVocabulary(ANNOTATIONS);
  }

  /**
   * Everything but the stages' own keys; defaults are filled in.
   * @param complete whether keys may not be missing
   */
  spec(tree: LocatedMap, complete = true): Result<SpecValues, readonly Diagnostic[]> {
    const values = toPlain(tree);
    const errors = this.#errors(
      (this.#skeleton ??= this.#ajv.compile(skeletonSchema(this.vocabulary))),
      values,
    );
    if (errors.length === 0) return ok(values as SpecValues);
    const root = { path: [], name: 'the spec', complete };
    const [ofProfiles, others] = [true, false].map((inProfiles) =>
      schemaMistakes(
        errors.filter(({ instancePath }) => instancePath.startsWith('/profiles/') === inProfiles),
        tree,
        root,
      ),
    ) as [readonly Diagnostic[], readonly Diagnostic[]];
    // What the chosen profile sets is checked again where it went.
    return failed([
      ...ofProfiles,
      ...others.filter(({ at }) => !ofProfiles.some((d) => isSamePlace(d.at, at))),
    ]);
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
    const compiled = this.#ajv.compile(stageSchema(definition));
    this.#stages.set(kind, compiled);
    return compiled;
  }

  #errors(validator: ValidateFunction, values: unknown): readonly ErrorObject[] {
    return validator(values) ? [] : (validator.errors ?? []);
  }
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
