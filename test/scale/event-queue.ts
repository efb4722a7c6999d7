const SLOTS_MIN = 1024;
const FIELDS = 5;

/**
 * What is to happen, by time and then by order of entry: a binary heap over typed arrays, so that a
 * million messages in flight are no objects. {@link pop} leaves the fields of what happens now in
 * the public properties.
 */
export class EventQueue {
  #times = new Float64Array(SLOTS_MIN);
  #orders = new Float64Array(SLOTS_MIN);
  #fields = new Int32Array(SLOTS_MIN * FIELDS);
  #heap = new Int32Array(SLOTS_MIN);
  #free = freeSlots(0, SLOTS_MIN);
  #freeCount = SLOTS_MIN;
  #size = 0;
  #order = 0;

  atMs = 0;
  kind = 0;
  to = 0;
  from = 0;
  /** Two numbers whose meaning the kind gives. */
  what = 0;
  more = 0;

  get size(): number {
    return this.#size;
  }

  push(atMs: number, kind: number, to: number, from = 0, what = 0, more = 0): void {
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#free[--this.#freeCount] as number;
    this.#times[slot] = atMs;
    this.#orders[slot] = this.#order++;
    const at = slot * FIELDS;
    this.#fields[at] = kind;
    this.#fields[at + 1] = to;
    this.#fields[at + 2] = from;
    this.#fields[at + 3] = what;
    this.#fields[at + 4] = more;
    this.#rise(slot);
  }

  /** @returns whether there was anything */
  pop(): boolean {
    if (this.#size === 0) return false;
    const slot = this.#heap[0] as number;
    const at = slot * FIELDS;
    this.atMs = this.#times[slot] as number;
    this.kind = this.#fields[at] as number;
    this.to = this.#fields[at + 1] as number;
    this.from = this.#fields[at + 2] as number;
    this.what = this.#fields[at + 3] as number;
    this.more = this.#fields[at + 4] as number;
    this.#free[this.#freeCount++] = slot;
    this.#size--;
    if (this.#size > 0) this.#sink(this.#heap[this.#size] as number);
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#times[a] as number) - (this.#times[b] as number);
    if (difference !== 0) return difference < 0;
    return (this.#orders[a] as number) < (this.#orders[b] as number);
  }

  #rise(slot: number): void {
    let at = this.#size++;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt] as number;
      if (!this.#isBefore(slot, parent)) break;
      this.#heap[at] = parent;
      at = parentAt;
    }
    this.#heap[at] = slot;
  }

  /** Puts `slot` where the first stood and lets it sink to its place. */
  #sink(slot: number): void {
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= this.#size) break;
      const right = childAt + 1;
      if (
        right < this.#size &&
        this.#isBefore(this.#heap[right] as number, this.#heap[childAt] as number)
      )
        childAt = right;
      const child = this.#heap[childAt] as number;
      if (!this.#isBefore(child, slot)) break;
      this.#heap[at] = child;
      at = childAt;
    }
    this.#heap[at] = slot;
  }

  #grow(): void {
    const slots = this.#times.length;
    const times = new Float64Array(2 * slots);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(2 * slots);
    orders.set(this.#orders);
    this.#orders = orders;
    const fields = new Int32Array(2 * slots * FIELDS);
    fields.set(this.#fields);
    this.#fields = fields;
    const heap = new Int32Array(2 * slots);
    heap.set(this.#heap);
    this.#heap = heap;
    const free = new Int32Array(2 * slots);
    free.set(freeSlots(slots, 2 * slots));
    this.#free = free;
    this.#freeCount = slots;
  }
}

function freeSlots(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => to - 1 - i);
}
