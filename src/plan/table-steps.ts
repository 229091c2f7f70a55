/** The `steps` of a table: which two rows each of them compares. */
import type { StepSpec } from '../spec/step-schema.js';
import type { TableSpec } from '../spec/table-schema.js';
import { suggestion } from '../util/suggest.js';
import type { Expansion } from './expansion.js';
import { formatLabel, formatLabels, type Labels, type LabelValue, sameLabel } from './labels.js';
import { paperNumber, rowsOfPaper } from './paper-rows.js';

/** Two rows that differ in one axis. */
export interface TableStepPlan {
  readonly axis: string;
  readonly from: LabelValue;
  readonly to: LabelValue;
  /** The axes in which both rows are equal, with their values. */
  readonly same: Labels;
  /** Index of the first and of the second row among the table's. */
  readonly rows: readonly [number, number];
  /** By metric, points: where the paper prints a change and not the rows. */
  readonly paperChange: Readonly<Record<string, number>>;
}

/** A table as far as its steps need it. */
interface StepTable {
  readonly table: TableSpec;
  /** Axes of each row. */
  readonly rows: readonly Labels[];
  readonly metrics: readonly string[];
}

/** Every pair of rows that a step means, each once; a step that means none, or leaves open which, is a mistake. */
export function tableSteps(name: string, table: StepTable, expansion: Expansion): readonly TableStepPlan[] {
  return (table.table.steps ?? []).flatMap((step, i) =>
    new StepFinder(['tables', name, 'steps', String(i)], step, { ...table, name, expansion }).pairs(),
  );
}

class StepFinder {
  readonly #path: readonly string[];
  readonly #step: StepSpec;
  readonly #table: StepTable & { readonly name: string; readonly expansion: Expansion };
  /** Axes that every row has. */
  readonly #axes: readonly string[];
  readonly #same: readonly string[];

  constructor(
    path: readonly string[],
    step: StepSpec,
    table: StepTable & { readonly name: string; readonly expansion: Expansion },
  ) {
    this.#path = path;
    this.#step = step;
    this.#table = table;
    const [first, ...others] = table.rows;
    this.#axes = Object.keys(first!).filter((axis) => others.every((labels) => Object.hasOwn(labels, axis)));
    this.#same =
      step.same ?? table.table.columns.filter((name) => name !== step.axis && this.#axes.includes(name));
  }

  pairs(): readonly TableStepPlan[] {
    if (!this.#namesAreRight() || !this.#valuesAreRight()) return [];
    const { from, to, paperChange = {} } = this.#step;
    const firsts = this.#having(from);
    const seconds = this.#having(to);
    const pairs = firsts.flatMap((first) =>
      seconds
        .filter((second) => this.#areEqual(first, second))
        .map((second): [number, number] => [first, second]),
    );
    if (pairs.length === 0) {
      this.#refuseLonely(firsts, seconds);
      return [];
    }
    if (!this.#isUnambiguous(pairs)) return [];
    this.#checkPaperChange(pairs);
    return pairs.map((rows) => ({
      ...{ axis: this.#step.axis, from, to, paperChange, rows },
      same: this.#sameOf(rows[0]),
    }));
  }

  #namesAreRight(): boolean {
    const { axis, same = [], paperChange = {} } = this.#step;
    const { metrics } = this.#table;
    const noAxis = (name: string) => `The rows have no axis "${name}" that all of them share.`;
    const wrong = same.findIndex((name) => !this.#axes.includes(name) || name === axis);
    const metric = Object.keys(paperChange).find((name) => !metrics.includes(name));
    if (!this.#axes.includes(axis)) this.#refuse(['axis'], noAxis(axis), suggestion(axis, this.#axes));
    else if (wrong >= 0) {
      const name = same[wrong]!;
      const others = this.#axes.filter((known) => known !== axis);
      if (name === axis)
        this.#refuse(
          ['same', String(wrong)],
          `The rows of this step differ in "${axis}", so they cannot be the same in it.`,
          `Other axes: ${others.join(', ')}.`,
        );
      else this.#refuse(['same', String(wrong)], noAxis(name), suggestion(name, others));
    } else if (metric !== undefined)
      this.#refuse(
        ['paperChange', metric],
        `"${metric}" is no metric among the columns of this table.`,
        suggestion(metric, metrics),
      );
    else return true;
    return false;
  }

  #valuesAreRight(): boolean {
    const { axis, from, to } = this.#step;
    if (sameLabel(from, to)) {
      this.#refuse(
        ['to'],
        `This step goes from ${axis} = ${formatLabel(from)} to the same value, so nothing changes.`,
        `Values of "${axis}": ${this.#values().join(', ')}.`,
      );
      return false;
    }
    const missing = (
      [
        ['from', from],
        ['to', to],
      ] as const
    ).filter(([, value]) => this.#having(value).length === 0);
    for (const [key, value] of missing)
      this.#refuse(
        [key],
        `No row of this table has ${axis} = ${formatLabel(value)}.`,
        `There is: ${this.#values().join(', ')}.`,
      );
    return missing.length === 0;
  }

  #refuseLonely(firsts: readonly number[], seconds: readonly number[]): void {
    const { axis, from, to, same } = this.#step;
    const described = (rows: readonly number[]) =>
      [...new Set(rows.map((row) => formatLabels(this.#sameOf(row))))].join('; ');
    const enough = this.#same.filter((name) =>
      firsts.some((first) => seconds.some((second) => this.#areEqual(first, second, [name]))),
    );
    this.#refuse(
      same ? ['same'] : [],
      `No two rows with ${axis} = ${formatLabel(from)} and ${formatLabel(to)} are equal in ${this.#same.join(', ')}: ${described(firsts)} against ${described(seconds)}.`,
      enough.length > 0
        ? `Say in which axes they are equal, by same: [${enough.join(', ')}].`
        : 'Take the step out, or give the table rows that differ in nothing else.',
    );
  }

  #isUnambiguous(pairs: readonly (readonly [number, number])[]): boolean {
    for (const end of [0, 1] as const) {
      const twice = pairs.find((pair, i) => pairs.findIndex((other) => other[end] === pair[end]) < i);
      if (!twice) continue;
      const others = pairs.filter((pair) => pair[end] === twice[end]).map((pair) => pair[1 - end]!);
      const telling = this.#axes.filter(
        (axis) =>
          axis !== this.#step.axis &&
          !this.#same.includes(axis) &&
          others.some((row) => !sameLabel(this.#table.rows[row]![axis], this.#table.rows[others[0]!]![axis])),
      );
      this.#refuse(
        this.#step.same ? ['same'] : [],
        `Several rows could stand beside ${formatLabels(this.#table.rows[twice[end]]!)}: ${others.map((row) => formatLabels(this.#table.rows[row]!)).join('; ')}.`,
        telling.length > 0
          ? `Name under "same" what tells them apart: ${telling.join(', ')}.`
          : 'Take the others out of the rows of the table, or make a table of its own for this step.',
      );
      return false;
    }
    return true;
  }

  /** A change that follows from rows that the paper prints has one source. */
  #checkPaperChange(pairs: readonly (readonly [number, number])[]): void {
    const { paperChange = {} } = this.#step;
    const { name, table, rows, expansion } = this.#table;
    const paper = expansion.spec.paperTables.get(name);
    if (!paper) return;
    for (const metric of Object.keys(paperChange)) {
      const printed = pairs.some((pair) =>
        pair.every(
          (row) => paperNumber(paper, rowsOfPaper(paper, table.join, rows[row]!)[0], metric) !== null,
        ),
      );
      if (printed)
        this.#refuse(
          ['paperChange', metric],
          `The paper prints both rows of this step, so its change of "${metric}" is known.`,
          'Leave it out.',
        );
    }
  }

  #having(value: LabelValue): readonly number[] {
    return this.#table.rows.flatMap((labels, i) => (sameLabel(labels[this.#step.axis], value) ? [i] : []));
  }

  #areEqual(first: number, second: number, axes = this.#same): boolean {
    const { rows } = this.#table;
    return axes.every((axis) => sameLabel(rows[first]![axis], rows[second]![axis]));
  }

  #sameOf(row: number): Labels {
    return Object.fromEntries(this.#same.map((axis) => [axis, this.#table.rows[row]![axis]!]));
  }

  #values(): readonly string[] {
    return [...new Set(this.#table.rows.map((labels) => formatLabel(labels[this.#step.axis]!)))];
  }

  #refuse(path: readonly string[], message: string, help: string): void {
    this.#table.expansion.mistake([...this.#path, ...path], message, help);
  }
}
