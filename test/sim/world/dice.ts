import { SeededRandom } from '@hearsay/testkit';

/**
 * Random choices that a seed repeats. Each concern of a run has dice of its own, so that leaving out
 * one fault does not change what the others do.
 */
export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number, concern: string) {
    this.#random = new SeededRandom(mix(seed, concern));
  }

  /** In [0, 1). */
  next(): number {
    return this.#random.next();
  }

  chance(rate: number): boolean {
    return this.#random.next() < rate;
  }

  between(min: number, max: number): number {
    return min + this.#random.next() * (max - min);
  }

  /** A whole number, min … max. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.#random.next() * (max - min + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random.next() * list.length)] as T;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.#random.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }
}

/** FNV-1a over the concern's name, on top of the seed. */
function mix(seed: number, concern: string): number {
  let hash = Math.imul(seed ^ 0x811c9dc5, 0x9e3779b1);
  for (let i = 0; i < concern.length; i++)
    hash = Math.imul(hash ^ concern.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
