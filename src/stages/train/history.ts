/** What happened in training, a line an epoch, for the artifact and for the tracker. */
import type { TaskReporter } from '../../run/stage.js';

/** Steps between two points of the tracked loss. */
const STEPS_A_POINT = 10;

export class History {
  readonly #images: number;
  readonly #batch: number;
  readonly #reporter: TaskReporter;
  readonly #lines: string[] = [];
  #losses: number[] = [];

  /** @param images of an epoch */
  constructor(images: number, batch: number, reporter: TaskReporter) {
    this.#images = images;
    this.#batch = batch;
    this.#reporter = reporter;
  }

  /** @param loss mean over the batch, before the update */
  step(step: number, loss: number, rate: number): void {
    this.#losses.push(loss);
    if (step % STEPS_A_POINT === 0) {
      this.#reporter.metric('train_loss', loss, step);
      this.#reporter.metric('learning_rate', rate, step);
    }
    const epochsBefore = Math.floor((step * this.#batch) / this.#images);
    const epochs = Math.floor(((step + 1) * this.#batch) / this.#images);
    if (epochs === epochsBefore) return;
    const mean = this.#losses.reduce((a, b) => a + b, 0) / this.#losses.length;
    this.#losses = [];
    this.#lines.push(`${JSON.stringify({ epoch: epochs, step: step + 1, trainLoss: mean, rate })}\n`);
    this.#reporter.metric('epoch_train_loss', mean, epochs);
  }

  files(): Readonly<Record<string, string>> {
    return { 'history.jsonl': this.#lines.join('') };
  }
}
