/**
 * Expands the one random number of a tick into as many as are needed: mulberry32 (Tommy Ettinger).
 * For fairness of choices only; nothing secret hangs on it.
 */
export class Random {
  #state = 0;

  /** @param random [0, 1) */
  feed(random: number): void {
    this.#state = (this.#state ^ Math.floor(random * 0x1_0000_0000)) >>> 0;
  }

  /** @returns [0, 1) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** @returns 0 … count − 1 */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** In place (Fisher and Yates, Durstenfeld's form). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i] as T;
      items[i] = items[j] as T;
      items[j] = held;
    }
    return items;
  }
}
