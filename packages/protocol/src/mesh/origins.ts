import { type Origin, originId } from '@hearsay/spi';
import { type HashPair, hashOrigin } from './origin-hash.js';
import { originKey } from './origin-key.js';

/**
 * Gives each origin that is held a small number, so that what a node knows of it lies in arrays. A
 * process that simulates many nodes lets them share one table; it must not be shared otherwise, for it
 * is as large as all of them together.
 */
export class Origins {
  readonly #numbers = new Map<string, number>();
  readonly #origins: (Origin | undefined)[] = [];
  readonly #free: number[] = [];
  #holders = new Uint32Array(0);
  #keys = new Float64Array(0);
  #hashes = new Uint32Array(0);

  /** Those held by anyone. */
  get size(): number {
    return this.#numbers.size;
  }

  /** @returns the number of an origin that somebody holds */
  numberOf(origin: Origin): number | undefined {
    return this.#numbers.get(originId(origin));
  }

  /** @returns its number, which stays the same until everyone who held it has released it */
  hold(origin: Origin): number {
    const id = originId(origin);
    const number = this.#numbers.get(id) ?? this.#enter(id, origin);
    this.#holders[number] = (this.#holders[number] as number) + 1;
    return number;
  }

  /** @param number of an origin that is held, as in all that follow */
  release(number: number): void {
    const holders = (this.#holders[number] as number) - 1;
    this.#holders[number] = holders;
    if (holders > 0) return;
    this.#numbers.delete(originId(this.originOf(number)));
    this.#origins[number] = undefined;
    this.#free.push(number);
  }

  originOf(number: number): Origin {
    return this.#origins[number] as Origin;
  }

  /** @returns what stands for it in sketches, 53 bits */
  keyOf(number: number): number {
    return this.#keys[number] as number;
  }

  /** @returns what stands for it in digests */
  hashOf(number: number): HashPair {
    const low = this.#hashes[2 * number] as number;
    return { low, high: this.#hashes[2 * number + 1] as number };
  }

  #enter(id: string, origin: Origin): number {
    const number = this.#free.pop() ?? this.#origins.length;
    if (number >= this.#keys.length) this.#grow(number + 1);
    const { low, high } = hashOrigin(origin);
    this.#numbers.set(id, number);
    this.#origins[number] = origin;
    this.#holders[number] = 0;
    this.#keys[number] = originKey(origin);
    this.#hashes[2 * number] = low;
    this.#hashes[2 * number + 1] = high;
    return number;
  }

  #grow(needed: number): void {
    const length = Math.max(16, needed, Math.ceil(this.#keys.length * 1.5));
    const [holders, keys, hashes] = [this.#holders, this.#keys, this.#hashes];
    this.#holders = new Uint32Array(length);
    this.#holders.set(holders);
    this.#keys = new Float64Array(length);
    this.#keys.set(keys);
    this.#hashes = new Uint32Array(2 * length);
    this.#hashes.set(hashes);
  }
}
