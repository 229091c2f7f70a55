/** One stage to its members: its subjects, the combinations of its matrix, and the task of each. */
import { type Diagnostic, formatPosition, isSamePlace } from '../spec/diagnostic.js';
import type { SpecStage } from '../spec/load.js';
import { type Located, type LocatedMap, locate, mapAt, toPlain, withEntries } from '../spec/located.js';
import { netMistake } from '../spec/net-names.js';
import { matrixRows, namedAxes, type Row } from '../spec/matrix.js';
import { hasExpressions, namesUsed, substitute, variablesUsed } from '../spec/substitute.js';
import { SUBJECT_WORDS } from '../spec/subject-words.js';
import { SWEEP_KEYS } from '../spec/sweep-schema.js';
import { suggestion } from '../util/suggest.js';
import type { ExpandContext, Referred, StageDefinition, TaskDraft } from './definition.js';
import { draftProblem } from './draft-problem.js';
import type { ExpandSpec } from './expand-spec.js';
import { formatLabel } from './labels.js';
import { type Axes, labelsOf, type Member } from './member.js';
import type { References, StageAtHand } from './references.js';
import { type Subject, subjectsOf } from './subjects.js';

export class StageExpander {
  readonly #expansion: References;
  readonly #shared: ExpandSpec;

  constructor(expansion: References, shared: ExpandSpec) {
    this.#expansion = expansion;
    this.#shared = shared;
  }

  members(name: string, { kind, tree, key }: SpecStage): readonly Member[] | undefined {
    const { mistakes } = this.#expansion;
    const before = mistakes.length;
    const stage: StageAtHand = { name, key, tree, definition: this.#expansion.definitions.get(kind)! };
    const subjects = subjectsOf(stage, this.#expansion);
    if (!subjects) return undefined;
    this.#checkAxesAreUsed(stage);
    this.#checkNamesAreClear(stage, subjects);
    const prepared = prepare(stage);
    const members: Member[] = [];
    let wrong = false;
    const blamed = new Set<string>();
    for (const subject of subjects) {
      for (const row of this.#rows(stage, subject) ?? [undefined]) {
        const start = mistakes.length;
        // What is undefined has been blamed, perhaps at the stage that it refers to.
        const member = row && this.#member(prepared, subject, row);
        if (member) members.push(member);
        else wrong = true;
        onlyElsewhere(mistakes, start, blamed);
      }
    }
    if (members.length === 0) mistakes.push(...whereUsed(mistakes.splice(before)));
    return wrong || mistakes.length > before ? undefined : members;
  }

  /** The values of `labels` for a member with these axes. */
  labels(labels: LocatedMap, axes: Axes): Axes {
    const scope = new Map([...this.#expansion.spec.variables, ...axes]);
    const replaced = substitute(labels, { scope }, this.#expansion.mistakes) as LocatedMap;
    return new Map([...replaced.entries].map(([key, { value }]) => [key, value]));
  }

  /** An axis that nothing in the stage depends on would give members that are all the same. */
  #checkAxesAreUsed({ name, tree }: StageAtHand): void {
    const matrix = mapAt(tree, 'matrix');
    if (!matrix) return;
    const used = namesUsed(withEntries(tree, { matrix: undefined }));
    for (const [axis, { key }] of namedAxes(matrix)) {
      // A variable of that name has been put in its place already, and is blamed.
      if (used.has(axis) || this.#expansion.spec.variables.has(axis)) continue;
      this.#expansion.mistakes.push({
        at: key,
        message: `Nothing in stages.${name} depends on the axis "${axis}", so its members would be the same.`,
        help: `Write "\${${axis}}" where its value belongs.`,
      });
    }
  }

  /** A variable was put in its place before any axis was known, so it would hide an axis that is inherited. */
  #checkNamesAreClear({ name, tree }: StageAtHand, subjects: readonly Subject[]): void {
    const { mistakes, spec } = this.#expansion;
    const used = variablesUsed(tree);
    const inherited = new Set(subjects.flatMap(({ axes }) => [...axes.keys()]));
    for (const variable of used) {
      if (!inherited.has(variable)) continue;
      mistakes.push({
        at: locate(spec.tree, ['vars', variable])!.key,
        message: `"${variable}" is a variable, and an axis of what stages.${name} works on: which one it means is not clear.`,
        help: 'Give the variable another name.',
      });
    }
  }

  #rows({ name, tree }: StageAtHand, subject: Subject): readonly Row[] | undefined {
    const { mistakes, spec } = this.#expansion;
    const matrix = mapAt(tree, 'matrix');
    if (!matrix) return [new Map()];
    const before = mistakes.length;
    const scope = new Map([...spec.variables, ...subject.axes]);
    const replaced = hasExpressions(matrix) ? substitute(matrix, { scope }, mistakes) : matrix;
    const rows = mistakes.length > before ? undefined : matrixRows(replaced as LocatedMap, mistakes);
    for (const [axis, value] of rows?.[0] ?? []) {
      const other = subject.axes.has(axis)
        ? 'an axis of what it works on'
        : spec.variables.has(axis)
          ? 'a variable of the spec'
          : undefined;
      if (other === undefined) continue;
      mistakes.push({
        at:
          (locate(matrix, [axis]) ?? locate(matrix, ['product', axis]) ?? locate(matrix, ['zip', axis]))
            ?.key ?? value.at,
        message: `The axis "${axis}" of stages.${name} is ${other} already.`,
        help: 'Give it another name.',
      });
    }
    return mistakes.length > before ? undefined : rows;
  }

  #member(stage: PreparedStage, subject: Subject, row: Row): Member | undefined {
    const { mistakes, spec } = this.#expansion;
    const before = mistakes.length;
    const { name, definition } = stage;
    const axes = new Map([...subject.axes, ...row]);
    const tree = stage.fixed ? stage.own : this.#replaced(stage.own, axes);
    if (mistakes.length > before) return undefined;
    const values = spec.validator.member({ name, key: stage.key }, { kind: definition.kind, tree });
    if (!values.ok) {
      mistakes.push(...values.error);
      return undefined;
    }
    const context = this.#context(stage, tree, subject);
    if (!context) return undefined;
    const draft = this.#expanded(stage, values.value, context);
    if (!draft || mistakes.length > before) return undefined;
    const ofKind = this.#ofKind(draft, tree);
    const extra = mapAt(stage.tree, 'labels');
    const all = new Map([...axes, ...ofKind]);
    if (extra && this.checkRelabels(`stages.${name}`, extra, all)) return undefined;
    const more = extra ? this.labels(extra, all) : [];
    return { stage: name, artifact: definition.output, draft, axes: new Map([...all, ...more]), tree };
  }

  /** Ours do not fail; one of a plugin's that does is told at its stage. */
  #expanded({ name, key, definition }: PreparedStage, values: unknown, context: ExpandContext) {
    if (!definition.isOfPlugin) return definition.expand(values, context);
    let problem: string | undefined;
    try {
      const draft = definition.expand(values, context);
      problem = draftProblem(draft, this.#expansion.definitions);
      if (problem === undefined) return draft;
    } catch (error) {
      problem = `fails: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#expansion.mistakes.push({
      at: key,
      message: `stages.${name} cannot be planned: expand() of its kind "${definition.kind}" ${problem}.`,
      help: 'The plugin that brings the kind is to be mended.',
    });
    return undefined;
  }

  /**
   * A label in place of an axis would let a table name a net or scale that was never used. Said once.
   * @param what the stage, for the message
   */
  checkRelabels(what: string, labels: LocatedMap, axes: Axes): boolean {
    const { mistakes } = this.#expansion;
    const taken = [...labels.entries].filter(([label]) => axes.has(label));
    for (const [label, { key }] of taken) {
      if (mistakes.some(({ at }) => isSamePlace(at, key))) continue;
      const value = formatLabel(labelsOf(axes)[label]!);
      mistakes.push({
        at: key,
        message: `The label "${label}" of ${what} is an axis of it already: ${label} = ${value}.`,
        help: 'Give it another name.',
      });
    }
    return taken.length > 0;
  }

  #replaced(own: LocatedMap, axes: Axes): LocatedMap {
    const scope = new Map([...this.#expansion.spec.variables, ...axes]);
    return substitute(own, { scope }, this.#expansion.mistakes) as LocatedMap;
  }

  /** What the kind says of its task, placed at the parameter of the same name where there is one. */
  #ofKind(draft: TaskDraft, tree: LocatedMap): Axes {
    return new Map(
      Object.entries(draft.labels).map(([label, value]) => [
        label,
        locatedAt(value, tree.entries.get(label)?.value.at ?? tree.at),
      ]),
    );
  }

  #context(stage: PreparedStage, tree: LocatedMap, { members }: Subject): ExpandContext | undefined {
    const references = this.#references(stage, tree);
    if (!references) return undefined;
    const { mistakes } = this.#expansion;
    const mistake = (parameter: string, message: string, help?: string) => {
      const at = locate(tree, parameter.split('.'))?.value.at ?? stage.key;
      mistakes.push({ at, message, ...(help !== undefined && { help }) });
    };
    const text = (parameter: string) => String(toPlain(tree.entries.get(parameter)!.value));
    const shared = this.#shared;
    return {
      crop: shared.crop,
      workers: shared.workers,
      subjects: members.map(referred),
      mistake,
      realScale: (px) => shared.realScale(px),
      referred: (parameter) => references.get(parameter),
      images: (split, parameter) => {
        const dataset = parameter !== undefined && tree.entries.has(parameter) ? text(parameter) : undefined;
        if (dataset === undefined || shared.datasetNames().includes(dataset))
          return shared.images(split, dataset);
        mistake(
          parameter!,
          `There is no data set "${dataset}" under "datasets".`,
          suggestion(dataset, shared.datasetNames()) || 'This spec has none: name it there, with its kind.',
        );
        return shared.images(split, undefined);
      },
      net: (parameter) => {
        const net = text(parameter);
        const wrong = netMistake(net, shared.netNames());
        if (wrong) mistake(parameter, wrong.message, wrong.help);
        return shared.net(net);
      },
    };
  }

  /** The tasks behind each reference parameter; undefined if one is wrong. */
  #references(
    { name, references }: PreparedStage,
    tree: LocatedMap,
  ): ReadonlyMap<string, Referred> | undefined {
    const found = new Map<string, Referred>();
    let wrong = false;
    for (const [parameter, artifact] of references) {
      const value = tree.entries.get(parameter)?.value;
      if (!value) continue;
      const isMap = value.kind === 'map';
      const target = String(toPlain(isMap ? value.entries.get('from')!.value : value));
      const path = ['stages', name, parameter, ...(isMap ? ['from'] : [])];
      const where = isMap ? mapAt(value, 'where') : undefined;
      const member = this.#expansion.one(target, where, { artifact, path });
      if (member) found.set(parameter, referred(member));
      else wrong = true;
    }
    return wrong ? undefined : found;
  }
}

/** What is wrong at one place is said of the first member that meets it, and not again of its sisters. */
function onlyElsewhere(mistakes: Diagnostic[], start: number, blamed: Set<string>): void {
  if (mistakes.length === start) return;
  const found = mistakes.splice(start).map((mistake) => [formatPosition(mistake.at), mistake] as const);
  mistakes.push(...found.filter(([place]) => !blamed.has(place)).map(([, mistake]) => mistake));
  for (const [place] of found) blamed.add(place);
}

/** A value of an axis that is wrong is blamed itself; where every one is, the axis does not belong where it is used. */
function whereUsed(mistakes: readonly Diagnostic[]): readonly Diagnostic[] {
  const places = new Map<string, Diagnostic[]>();
  for (const mistake of mistakes) {
    const place = formatPosition(mistake.usedAt ?? mistake.at);
    places.set(place, [...(places.get(place) ?? []), mistake]);
  }
  return [...places.values()].flatMap((found) => {
    const [first] = found as [Diagnostic];
    return found.length > 1 && first.usedAt ? [{ ...first, at: first.usedAt }] : found;
  });
}

/** What is the same for all members of a stage. */
interface PreparedStage extends StageAtHand {
  /** Without the keys of the language. */
  readonly own: LocatedMap;
  /** Whether nothing in it depends on axes. */
  readonly fixed: boolean;
  /** Parameters that name another stage's task, with the type of artifact that is wanted. */
  readonly references: readonly (readonly [string, string])[];
}

function prepare(stage: StageAtHand): PreparedStage {
  const own = withEntries(stage.tree, Object.fromEntries([...SWEEP_KEYS].map((key) => [key, undefined])));
  return { ...stage, own, fixed: !hasExpressions(own), references: referencesOf(stage.definition) };
}

function referencesOf({ schema }: StageDefinition): readonly (readonly [string, string])[] {
  const { properties } = schema as unknown as { properties: Record<string, { reference?: string }> };
  return Object.entries(properties).flatMap(([parameter, { reference }]) =>
    reference === undefined ? [] : [[parameter, reference] as const],
  );
}

/** The keys of a kind whose values name stages, with the type of artifact that is wanted of each. */
export function referenceKeys(
  definition: StageDefinition,
): readonly { readonly key: string; readonly artifact: string }[] {
  const { subject } = definition;
  const words = subject ? SUBJECT_WORDS.map((key) => ({ key, artifact: subject.artifact })) : [];
  return [...words, ...referencesOf(definition).map(([key, artifact]) => ({ key, artifact }))];
}

function referred({ draft, axes }: Member): Referred {
  return { draft, labels: labelsOf(axes) };
}

function locatedAt(value: unknown, at: Located['at']): Located {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => locatedAt(item, at)) };
  return { kind: 'scalar', at, value: value as string | number | boolean | null };
}
