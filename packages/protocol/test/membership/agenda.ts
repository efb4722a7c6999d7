interface Appointment {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen when, in simulated time: a binary heap; what is due together keeps its order. */
export class Agenda {
  readonly #heap: Appointment[] = [];
  #order = 0;

  /** When the next one is due; infinite when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, run: () => void): void {
    const heap = this.#heap;
    let at = heap.push({ atMs, order: this.#order++, run }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  take(): Appointment | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const child = this.#smallerChild(at);
      if (child === undefined || !this.#isBefore(child, at)) return first;
      this.#swap(at, child);
      at = child;
    }
  }

  #smallerChild(at: number): number | undefined {
    const left = 2 * at + 1;
    if (left >= this.#heap.length) return undefined;
    return left + 1 < this.#heap.length && this.#isBefore(left + 1, left) ? left + 1 : left;
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a] as Appointment;
    const other = this.#heap[b] as Appointment;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a] as Appointment;
    this.#heap[a] = this.#heap[b] as Appointment;
    this.#heap[b] = held;
  }
}
