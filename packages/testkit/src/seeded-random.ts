/**
 * Random numbers that a seed replays; not for secrets.
 * Source: mulberry32 by Tommy Ettinger (public domain), state 32 bits, period 2³².
 */
export class SeededRandom {
  #state: number;

  /** @param seed any whole number; its lowest 32 bits count */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** @returns 0 ≤ number < 1, a multiple of 2⁻³² */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @returns `min` ≤ number < `max`, or `min` where they are equal */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** @param rate 0 (never) … 1 (always) */
  chance(rate: number): boolean {
    return this.next() < rate;
  }
}
