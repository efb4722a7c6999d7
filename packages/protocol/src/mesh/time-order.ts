const NONE = -1;

/**
 * Small numbers in the order of a time that each has, as a doubly linked list in arrays. A time near
 * the newest is put in at once; to an old one the list is walked.
 */
export class TimeOrder {
  /** NaN where the number is not here. */
  #timeMs = new Float64Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #oldest = NONE;
  #newest = NONE;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns `undefined` when it is empty */
  get oldest(): number | undefined {
    return numberOrNone(this.#oldest);
  }

  /** @returns `undefined` when it is empty */
  get newest(): number | undefined {
    return numberOrNone(this.#newest);
  }

  /** @returns `undefined` for the oldest */
  olderThan(number: number): number | undefined {
    return numberOrNone(this.#older[number]);
  }

  has(number: number): boolean {
    return number < this.#timeMs.length && !Number.isNaN(this.#timeMs[number]);
  }

  /** @param number one that is here */
  timeOf(number: number): number {
    return this.#timeMs[number] as number;
  }

  /** From the oldest on. The one that was yielded last may be deleted. */
  *[Symbol.iterator](): Generator<number> {
    for (let at = this.#oldest; at !== NONE; ) {
      const newer = this.#newer[at] as number;
      yield at;
      at = newer;
    }
  }

  /** @param number 0 … 2³¹−2, and not here yet */
  add(number: number, timeMs: number): void {
    if (number >= this.#timeMs.length) this.#grow(number + 1);
    let older = this.#newest;
    while (older !== NONE && this.timeOf(older) > timeMs) older = this.#older[older] as number;
    const newer = older === NONE ? this.#oldest : (this.#newer[older] as number);
    this.#timeMs[number] = timeMs;
    this.#join(older, number);
    this.#join(number, newer);
    this.#size++;
  }

  /** @returns whether it was here */
  delete(number: number): boolean {
    if (!this.has(number)) return false;
    this.#join(this.#older[number] as number, this.#newer[number] as number);
    this.#timeMs[number] = Number.NaN;
    this.#size--;
    return true;
  }

  /** Makes two neighbours of each other; `NONE` stands for the end. */
  #join(older: number, newer: number): void {
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  #grow(needed: number): void {
    const before = this.#timeMs.length;
    const length = Math.max(16, needed, Math.ceil(before * 1.5));
    const [timeMs, older, newer] = [this.#timeMs, this.#older, this.#newer];
    this.#timeMs = new Float64Array(length).fill(Number.NaN, before);
    this.#timeMs.set(timeMs);
    this.#older = new Int32Array(length);
    this.#older.set(older);
    this.#newer = new Int32Array(length);
    this.#newer.set(newer);
  }
}

function numberOrNone(number: number | undefined): number | undefined {
  return number === NONE ? undefined : number;
}
