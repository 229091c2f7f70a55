/** The one {@link Engine}: the same nets over any implementation of {@link Ops}. */
import { UserError } from '../util/user-error.js';
import { Engine, type EngineDescription, type NetSession, type NetUse } from './engine.js';
import type { Net } from './net.js';
import type { NetState } from './net-state.js';
import type { DeviceArray, Ops } from './ops.js';
import { OpsSession } from './ops-session.js';
import { ALONE, type Share } from '../util/share.js';

export class OpsEngine<A extends DeviceArray> extends Engine {
  readonly description: EngineDescription;
  override readonly share: Share;
  readonly #ops: Ops<A>;
  readonly #ownArrays: number;

  constructor(ops: Ops<A>, description: EngineDescription, share: Share = ALONE) {
    super();
    this.#ops = ops;
    this.description = description;
    this.share = share;
    this.#ownArrays = ops.liveArrays();
  }

  open(net: Net, state: NetState, use: NetUse = {}): NetSession {
    const { precision = 'float32' } = use;
    if (!this.#ops.supports(precision))
      throw new UserError(
        `The ${this.description.backend} backend does not compute in ${precision}: use the backend tensorflow, or precision: float32.`,
      );
    return new OpsSession(this.#ops, net, state, use, this.share);
  }

  override sumOverWorkers(numbers: readonly number[]): readonly number[] {
    if (this.share.workers === 1) return numbers;
    const array = this.#ops.upload([numbers.length], Float32Array.from(numbers));
    const [sum] = this.#ops.sumOverWorkers([array]);
    const sums = [...this.#ops.download(sum!)];
    this.#ops.free(sum!);
    return sums;
  }

  liveArrays(): number {
    return this.#ops.liveArrays() - this.#ownArrays;
  }
}
