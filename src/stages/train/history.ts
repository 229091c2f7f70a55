/** What happened in training, step by step and epoch by epoch, for the artifact and for the tracker. */
import type { TaskReporter } from '../../run/stage.js';
import { writeNpy } from '../../util/npy.js';
import type { Watched } from './schedule.js';

/** Steps between two points of the tracked loss. */
const STEPS_A_POINT = 10;

/** All that {@link History} has gathered; plain JSON, whose numbers come back bit by bit. */
export interface HistoryState {
  readonly steps: readonly number[];
  readonly lines: readonly string[];
  readonly losses: readonly number[];
}

export class History {
  readonly #images: number;
  readonly #batch: number;
  readonly #reporter: TaskReporter;
  /** Loss and rate of each step. */
  readonly #steps: number[] = [];
  readonly #lines: string[] = [];
  #losses: number[] = [];
  /** Of the step before. */
  #rate: number | undefined;

  /** Steps of the whole training. */
  readonly #total: number;

  /** @param images of an epoch @param settings of the training: images of a step, and its steps */
  constructor(images: number, { batch, steps }: { batch: number; steps: number }, reporter: TaskReporter) {
    this.#images = images;
    this.#batch = batch;
    this.#total = steps;
    this.#reporter = reporter;
  }

  get state(): HistoryState {
    return { steps: [...this.#steps], lines: [...this.#lines], losses: [...this.#losses] };
  }

  /** Goes on behind what was gathered before; nothing of that is reported again. */
  restore({ steps, lines, losses }: HistoryState): void {
    for (const number of steps) this.#steps.push(number);
    this.#lines.push(...lines);
    this.#losses = [...losses];
    this.#rate = steps.at(-1);
  }

  /**
   * @param loss mean over the batch, before the update
   * @returns the epochs that are complete, if this step ended one; the last step ends the last epoch
   */
  step(step: number, loss: number, rate: number): number | undefined {
    this.#losses.push(loss);
    this.#steps.push(loss, rate);
    const isPoint = step % STEPS_A_POINT === 0;
    if (isPoint) this.#reporter.metric('train_loss', loss, step);
    // A drop stands at its step.
    if (isPoint || rate !== this.#rate) this.#reporter.metric('learning_rate', rate, step);
    this.#rate = rate;
    if (step + 1 === this.#total) return this.#lastEpoch();
    const epochsBefore = Math.floor((step * this.#batch) / this.#images);
    const epochs = Math.floor(((step + 1) * this.#batch) / this.#images);
    return epochs === epochsBefore ? undefined : epochs;
  }

  /** A training is a whole number of steps, so that its last epoch can be a part of a batch short; or half an epoch was asked for. */
  #lastEpoch(): number {
    const exact = (this.#total * this.#batch) / this.#images;
    const whole = Math.round(exact);
    const isWhole = whole > 0 && Math.abs(exact - whole) * this.#images <= this.#batch;
    return isWhole ? whole : Number(exact.toFixed(3));
  }

  /** @param watched what was measured at its end, if something is */
  epoch(epoch: number, watched?: Watched): void {
    const trainLoss = this.#losses.reduce((a, b) => a + b, 0) / this.#losses.length;
    this.#losses = [];
    const step = this.#steps.length / 2;
    const rate = this.#steps.at(-1)!;
    this.#lines.push(`${JSON.stringify({ epoch, step, trainLoss, rate, ...(watched && { watched }) })}\n`);
    this.#reporter.metric('epoch_train_loss', trainLoss, epoch);
    if (!watched) return;
    this.#reporter.metric('watched_top1_error_percent', watched.top1, epoch);
    this.#reporter.metric('watched_top5_error_percent', watched.top5, epoch);
    this.#reporter.metric('watched_loss', watched.loss, epoch);
  }

  /** `history.jsonl`, a line an epoch; `steps.npy`, [steps, 2]: loss and rate of each step. */
  files(): { readonly 'history.jsonl': string; readonly 'steps.npy': Uint8Array } {
    const steps = { shape: [this.#steps.length / 2, 2], data: Float32Array.from(this.#steps) };
    return { 'history.jsonl': this.#lines.join(''), 'steps.npy': writeNpy(steps) };
  }
}
