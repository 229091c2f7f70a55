/** Lets work through while what is under way weighs no more than a limit; the rest waits in the order that it came. */
export class Gate {
  readonly #capacity: number;
  #free: number;
  readonly #waiting: { readonly weight: number; readonly enter: () => void }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#free = capacity;
  }

  /** @param weight what is heavier than the capacity goes alone */
  async through<T>(weight: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(weight, this.#capacity);
    if (this.#waiting.length > 0 || taken > this.#free)
      await new Promise<void>((enter) => this.#waiting.push({ weight: taken, enter }));
    else this.#free -= taken;
    try {
      return await work();
    } finally {
      this.#free += taken;
      this.#admit();
    }
  }

  #admit(): void {
    for (let [first] = this.#waiting; first && first.weight <= this.#free; [first] = this.#waiting) {
      this.#waiting.shift();
      this.#free -= first.weight;
      first.enter();
    }
  }
}
