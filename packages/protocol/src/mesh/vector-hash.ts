import type { Digest } from './message.js';
import { type HashPair, hashHead } from './origin-hash.js';

/** Is told of each key and head that counts from now on (1), or not any more (−1). */
export type HashFollower = (key: number, head: number, times: 1 | -1) => void;

/** Two additive hashes over the heads of a vector: what is put in can be taken out again, in any order. */
export class VectorHash {
  #low = 0;
  #high = 0;
  #follower: HashFollower | undefined;

  get value(): Pick<Digest, 'hashLow' | 'hashHigh'> {
    return { hashLow: this.#low, hashHigh: this.#high };
  }

  equals({ hashLow, hashHigh }: Digest): boolean {
    return hashLow === this.#low && hashHigh === this.#high;
  }

  /** Whatever counts all that counts here, too. */
  follow(follower: HashFollower): void {
    this.#follower = follower;
  }

  /**
   * @param origin the hash of the origin
   * @param key what stands for it in sketches
   * @param times 1 to put it in, −1 to take it out; a head of 0 counts nothing
   */
  count(origin: HashPair, key: number, head: number, times: 1 | -1): void {
    if (head === 0) return;
    const share = hashHead(origin, head);
    this.#low = (this.#low + times * share.low) >>> 0;
    this.#high = (this.#high + times * share.high) >>> 0;
    this.#follower?.(key, head, times);
  }
}
