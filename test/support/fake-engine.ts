/** {@link Engine} that computes nothing: the second implementation of the port, for tests of what is around it. */
import { Engine, type EngineDescription, type ImageBatch, type NetSession } from '../../src/nn/engine.js';
import type { Net } from '../../src/nn/net.js';
import type { NetState } from '../../src/nn/net-state.js';

export class FakeEngine extends Engine {
  readonly description: EngineDescription = { backend: 'cpu', library: 'fake', device: 'cpu', threads: 1 };
  /** Losses of the steps of all sessions. */
  readonly losses: number[] = [];
  openSessions = 0;
  readonly #lossAt: (step: number) => number;

  constructor(lossAt: (step: number) => number = (step) => 1 / (step + 1)) {
    super();
    this.#lossAt = lossAt;
  }

  open(net: Net, initial: NetState): NetSession {
    this.openSessions += 1;
    let state = initial;
    return {
      trainStep: (_batch, _labels, { step }) => {
        this.losses.push(this.#lossAt(step));
        return this.losses.at(-1)!;
      },
      scoreMap: ({ count }: ImageBatch) => {
        const { classes } = net.shape;
        const data = Float32Array.from({ length: count * classes }, (_, i) => (i * 7) % classes);
        return { count, rows: 1, columns: 1, classes, data };
      },
      getState: () => state,
      setState: (given) => {
        state = given;
      },
      close: () => {
        this.openSessions -= 1;
      },
    };
  }

  liveArrays(): number {
    return this.openSessions;
  }
}
