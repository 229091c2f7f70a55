/** The one {@link Engine}: the same nets over any implementation of {@link Ops}. */
import { UserError } from '../util/user-error.js';
import { Engine, type EngineDescription, type NetSession, type NetUse } from './engine.js';
import type { Net } from './net.js';
import type { NetState } from './net-state.js';
import type { DeviceArray, Ops } from './ops.js';
import { OpsSession } from './ops-session.js';

export class OpsEngine<A extends DeviceArray> extends Engine {
  readonly description: EngineDescription;
  readonly #ops: Ops<A>;
  readonly #ownArrays: number;

  constructor(ops: Ops<A>, description: EngineDescription) {
    super();
    this.#ops = ops;
    this.description = description;
    this.#ownArrays = ops.liveArrays();
  }

  open(net: Net, state: NetState, use: NetUse = {}): NetSession {
    const { precision = 'float32' } = use;
    if (!this.#ops.supports(precision))
      throw new UserError(
        `The ${this.description.backend} backend does not compute in ${precision}: use the backend tensorflow, or precision: float32.`,
      );
    return new OpsSession(this.#ops, net, state, use);
  }

  liveArrays(): number {
    return this.#ops.liveArrays() - this.#ownArrays;
  }
}
