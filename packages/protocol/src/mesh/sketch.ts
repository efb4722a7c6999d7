import { mix } from './origin-hash.js';

/**
 * One coded symbol: the sum of the items that fall into it. An item is an origin's key with its head.
 * Keys and heads are exclusive-ored, as 53-bit numbers.
 */
export interface SketchCell {
  /** Items, −2³¹ … 2³¹−1. */
  readonly count: number;
  /** 0 … 2⁵³−1, as `head`. */
  readonly key: number;
  readonly head: number;
  /** 32 bits over key and head, exclusive-ored too: tells a single item from a sum. */
  readonly check: number;
}

/** What one of two vectors has and the other has not. */
export interface SketchItem {
  readonly key: number;
  readonly head: number;
  /** Whose it is. */
  readonly isMine: boolean;
}

const TWO_32 = 0x1_0000_0000;
const GOLDEN = 0x9e3779b9;

/**
 * The first cells of a rateless invertible Bloom lookup table over a vector. Cell 0 holds every item,
 * cell i each with probability 1 / (1 + i / 2). The difference of two sketches is the sketch of the
 * difference, and d different items can be read from about 1.4 d cells (2 d where they are few),
 * however many are the same. A longer sketch begins with the shorter one.
 *
 * Source: Yang, Gilad, Alizadeh, "Practical Rateless Set Reconciliation", SIGCOMM 2024. Items here are
 * spread by a 32-bit generator (`mix` over a Weyl sequence) seeded with their check; it is part of the
 * protocol, as is `check`.
 */
export class Sketch {
  readonly length: number;
  readonly #count: Int32Array;
  readonly #keyLow: Uint32Array;
  readonly #keyHigh: Uint32Array;
  readonly #headLow: Uint32Array;
  readonly #headHigh: Uint32Array;
  readonly #check: Uint32Array;

  /** @param length cells, at least 1 */
  constructor(length: number) {
    this.length = length;
    this.#count = new Int32Array(length);
    this.#keyLow = new Uint32Array(length);
    this.#keyHigh = new Uint32Array(length);
    this.#headLow = new Uint32Array(length);
    this.#headHigh = new Uint32Array(length);
    this.#check = new Uint32Array(length);
  }

  static of(cells: readonly SketchCell[]): Sketch {
    const sketch = new Sketch(cells.length);
    for (const [i, { count, key, head, check }] of cells.entries()) {
      sketch.#count[i] = count;
      sketch.#combine(i, key, head, check);
    }
    return sketch;
  }

  /** @param times 1 to add the item, −1 to take it away */
  add(key: number, head: number, times: 1 | -1): void {
    const check = checkOf(key, head);
    for (let i = 0, weyl = check; i < this.length; ) {
      this.#count[i] = (this.#count[i] as number) + times;
      this.#combine(i, key, head, check);
      weyl = (weyl + GOLDEN) | 0;
      i += gap(i, mix(weyl));
    }
  }

  /** @returns a copy of its beginning */
  slice(length: number): Sketch {
    const sketch = new Sketch(Math.min(length, this.length));
    sketch.#count.set(this.#count.subarray(0, length));
    sketch.#keyLow.set(this.#keyLow.subarray(0, length));
    sketch.#keyHigh.set(this.#keyHigh.subarray(0, length));
    sketch.#headLow.set(this.#headLow.subarray(0, length));
    sketch.#headHigh.set(this.#headHigh.subarray(0, length));
    sketch.#check.set(this.#check.subarray(0, length));
    return sketch;
  }

  cells(): SketchCell[] {
    return Array.from({ length: this.length }, (_, i) => ({
      count: this.#count[i] as number,
      key: this.#key(i),
      head: this.#head(i),
      check: this.#check[i] as number,
    }));
  }

  /**
   * Reads the difference to another sketch of the same length. However it was made, this takes at most
   * `length` steps.
   * @returns `undefined` when there are more different items than it can tell
   */
  difference(theirs: Sketch): SketchItem[] | undefined {
    const rest = this.#minus(theirs);
    const items: SketchItem[] = [];
    const waiting = Array.from({ length: rest.length }, (_, i) => i);
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      const item = rest.#single(i);
      if (!item) continue;
      // More items than cells cannot be told; who lets one come out twice sent nonsense.
      if (items.push(item) > rest.length) return undefined;
      rest.#takeOut(item, waiting);
    }
    return rest.#isEmpty() ? items : undefined;
  }

  #minus(other: Sketch): Sketch {
    const rest = new Sketch(Math.min(this.length, other.length));
    for (let i = 0; i < rest.length; i++) {
      rest.#count[i] = (this.#count[i] as number) - (other.#count[i] as number);
      rest.#combine(i, this.#key(i), this.#head(i), this.#check[i] as number);
      rest.#combine(i, other.#key(i), other.#head(i), other.#check[i] as number);
    }
    return rest;
  }

  /** @returns the one item of a cell that holds one */
  #single(i: number): SketchItem | undefined {
    const count = this.#count[i];
    if (count !== 1 && count !== -1) return undefined;
    const key = this.#key(i);
    const head = this.#head(i);
    if (checkOf(key, head) !== this.#check[i]) return undefined;
    return { key, head, isMine: count === 1 };
  }

  /** @param touched the cells that it was in are added to these */
  #takeOut({ key, head, isMine }: SketchItem, touched: number[]): void {
    const check = checkOf(key, head);
    for (let i = 0, weyl = check; i < this.length; ) {
      this.#count[i] = (this.#count[i] as number) - (isMine ? 1 : -1);
      this.#combine(i, key, head, check);
      touched.push(i);
      weyl = (weyl + GOLDEN) | 0;
      i += gap(i, mix(weyl));
    }
  }

  #isEmpty(): boolean {
    const isZero = (value: number) => value === 0;
    return [this.#count, this.#keyLow, this.#keyHigh, this.#headLow, this.#headHigh].every(
      (column) => column.every(isZero),
    );
  }

  #combine(i: number, key: number, head: number, check: number): void {
    this.#keyLow[i] = (this.#keyLow[i] as number) ^ (key >>> 0);
    this.#keyHigh[i] = (this.#keyHigh[i] as number) ^ (key / TWO_32);
    this.#headLow[i] = (this.#headLow[i] as number) ^ (head >>> 0);
    this.#headHigh[i] = (this.#headHigh[i] as number) ^ (head / TWO_32);
    this.#check[i] = (this.#check[i] as number) ^ check;
  }

  #key(i: number): number {
    return (this.#keyHigh[i] as number) * TWO_32 + (this.#keyLow[i] as number);
  }

  #head(i: number): number {
    return (this.#headHigh[i] as number) * TWO_32 + (this.#headLow[i] as number);
  }
}

/** @returns how many cells further an item in cell `i` falls again, for 32 random bits; at least 1 */
function gap(i: number, random: number): number {
  const share = (random + 1) / TWO_32;
  return Math.max(1, Math.ceil((i + 1.5) * (1 / Math.sqrt(share) - 1)));
}

function checkOf(key: number, head: number): number {
  const low = mix((key >>> 0) ^ mix(head >>> 0));
  return mix(low ^ mix((key / TWO_32) ^ mix(head / TWO_32 + GOLDEN)));
}
