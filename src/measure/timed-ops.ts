/** Where the time of a net goes: products, other operations, and JavaScript between them. */
import type { DeviceArray, Ops } from '../nn/ops.js';

/** Of the whole, each from 0 to 1. */
export interface Parts {
  /** Convolutions and matrix products, forward and backward, with the bias and ReLU that they take along. */
  readonly products: number;
  readonly otherOperations: number;
  readonly javascript: number;
}

const PRODUCTS = new Set<string | symbol>([
  ...['conv2d', 'conv2dBias', 'conv2dBiasRelu', 'conv2dInputGrad', 'conv2dFilterGrad'],
  ...['matMul', 'fullyConnectedMap'],
]);

export class TimedOps<A extends DeviceArray> {
  /** The same operations; each is timed. */
  readonly ops: Ops<A>;
  #products = 0;
  #others = 0;

  constructor(ops: Ops<A>) {
    this.ops = new Proxy(ops, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const started = performance.now();
          try {
            return (member as (...all: unknown[]) => unknown).apply(target, args);
          } finally {
            this.#add(name, performance.now() - started);
          }
        };
      },
    });
  }

  /** Of a piece of work that uses these operations. */
  partsOf(work: () => unknown): Parts {
    [this.#products, this.#others] = [0, 0];
    const started = performance.now();
    work();
    const whole = performance.now() - started;
    const [products, otherOperations] = [this.#products / whole, this.#others / whole];
    return { products, otherOperations, javascript: 1 - products - otherOperations };
  }

  #add(name: string | symbol, ms: number): void {
    if (PRODUCTS.has(name)) this.#products += ms;
    else this.#others += ms;
  }
}
