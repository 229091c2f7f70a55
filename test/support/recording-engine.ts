/** {@link FakeEngine} that keeps what it is given: how nets are opened, and every batch. */
import type { ImageBatch, NetSession, TrainingSettings, TrainingStep } from '../../src/nn/engine.js';
import type { NetState } from '../../src/nn/net-state.js';
import type { Net } from '../../src/nn/net.js';
import { FakeEngine } from './fake-engine.js';

export interface Opened {
  readonly net: Net;
  readonly state: NetState;
  readonly training: TrainingSettings | undefined;
}

export interface RecordedStep extends TrainingStep {
  readonly images: ImageBatch;
  readonly labels: readonly number[];
}

/** Class scores of one normalised image. */
export type Score = (image: Float32Array) => readonly number[];

export class RecordingEngine extends FakeEngine {
  /** Of all sessions, in their order. */
  readonly opened: Opened[] = [];
  readonly trained: RecordedStep[] = [];
  readonly scored: ImageBatch[] = [];
  readonly #score: Score | undefined;

  /** @param score those of {@link FakeEngine} where left out */
  constructor(score?: Score) {
    super();
    this.#score = score;
  }

  override open(net: Net, state: NetState, training?: TrainingSettings): NetSession {
    this.opened.push({ net, state, training });
    const session = super.open(net, state);
    return {
      ...session,
      trainStep: (images, labels, step) => {
        this.trained.push({ ...step, images: copied(images), labels: [...labels] });
        return session.trainStep(images, labels, step);
      },
      scoreMap: (images) => {
        this.scored.push(copied(images));
        const map = session.scoreMap(images);
        if (!this.#score) return map;
        return { ...map, data: Float32Array.from(rowsOf(images).flatMap(this.#score)) };
      },
    };
  }
}

/** The images of a batch, one by one. */
export function rowsOf({ count, height, width, data }: ImageBatch): Float32Array[] {
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

function copied(images: ImageBatch): ImageBatch {
  return { ...images, data: images.data.slice() };
}
