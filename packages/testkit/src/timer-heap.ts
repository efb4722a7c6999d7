/** A callback that is due at a time; `order` tells apart what is due at the same time. */
export interface DueCallback {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Callbacks by due time, then in the order in which they were scheduled. A binary heap. */
export class TimerHeap {
  readonly #heap: DueCallback[] = [];

  get first(): DueCallback | undefined {
    return this.#heap[0];
  }

  push(added: DueCallback): void {
    let at = this.#heap.length;
    for (;;) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt];
      if (parent === undefined || !before(added, parent)) break;
      this.#heap[at] = parent;
      at = parentAt;
    }
    this.#heap[at] = added;
  }

  pop(): DueCallback | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  /** Puts `moved` where the first stood and lets it sink to its place. */
  #sink(moved: DueCallback): void {
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = this.#heap[childAt];
      const right = this.#heap[childAt + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        child = right;
        childAt += 1;
      }
      if (child === undefined || !before(child, moved)) break;
      this.#heap[at] = child;
      at = childAt;
    }
    this.#heap[at] = moved;
  }
}

function before(a: DueCallback, b: DueCallback): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}
