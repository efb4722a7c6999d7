interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * What is going to happen in simulated time, earliest first; at one time in the order in which it was
 * entered. A binary heap.
 */
export class Agenda {
  #nowMs = 0;
  #order = 0;
  #turn = 0;
  readonly #heap: Entry[] = [];

  /** Since the run began. Nobody in the cluster sees this clock. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many entries have run: tells two moments apart that have the same time. */
  get turn(): number {
    return this.#turn;
  }

  /** @param delayMs 0 or more */
  after(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  at(atMs: number, run: () => void): void {
    const entry: Entry = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run };
    this.#sift(entry);
  }

  /** @returns whether something was due until then, and has run */
  step(untilMs: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > untilMs) {
      this.#nowMs = untilMs;
      return false;
    }
    this.#removeFirst();
    this.#nowMs = first.atMs;
    this.#turn += 1;
    first.run();
    return true;
  }

  #sift(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below += 1;
      const child = heap[below] as Entry;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
