import type { Holdings } from './holdings.ts';
import type { Settings } from './settings.ts';

const SLOTS_MIN = 1024;

/** The digests that are on their way: what their senders held when they sent them. */
export class Digests {
  readonly #headsMax: number;
  readonly #hotMs: number;
  readonly #free: number[] = [];
  #hashes = new Uint32Array(SLOTS_MIN);
  #counts = new Uint8Array(SLOTS_MIN);
  #heads: Int32Array;
  #slots = 0;

  constructor({ headsMax, hotMs }: Pick<Settings, 'headsMax' | 'hotMs'>) {
    this.#headsMax = headsMax;
    this.#hotMs = hotMs;
    this.#heads = new Int32Array(SLOTS_MIN * headsMax);
  }

  /** @returns the number of a new digest, which is to be released once it was read or lost */
  take(holdings: Holdings, node: number, nowMs: number): number {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot >= this.#hashes.length) this.#grow();
    this.#hashes[slot] = holdings.hash(node);
    let count = 0;
    for (let place = 0; place < holdings.headCount(node); place++) {
      if (nowMs - holdings.headTimeMs(node, place) > this.#hotMs) continue;
      this.#heads[slot * this.#headsMax + count++] = holdings.head(node, place);
    }
    this.#counts[slot] = count;
    return slot;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  hash(slot: number): number {
    return this.#hashes[slot] as number;
  }

  count(slot: number): number {
    return this.#counts[slot] as number;
  }

  head(slot: number, place: number): number {
    return this.#heads[slot * this.#headsMax + place] as number;
  }

  #grow(): void {
    const slots = 2 * this.#hashes.length;
    this.#hashes = grown(this.#hashes, new Uint32Array(slots));
    this.#counts = grown(this.#counts, new Uint8Array(slots));
    this.#heads = grown(this.#heads, new Int32Array(slots * this.#headsMax));
  }
}

function grown<Array extends Uint8Array | Uint32Array | Int32Array>(from: Array, to: Array): Array {
  to.set(from);
  return to;
}
