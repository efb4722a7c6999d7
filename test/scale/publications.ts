export interface Publication {
  readonly atMs: number;
  /** Who publishes it. */
  readonly node: number;
}

/**
 * The events of a run, numbered as they are published. Their origins are interned: 0, 1, 2, … in the
 * order of their first event, whatever the number of nodes, and sequences count from 1. What was
 * said before the run is the same everywhere and takes no memory.
 */
export class Publications {
  readonly #all: readonly Publication[];
  readonly #originOf: Int32Array;
  readonly #sequenceOf: Int32Array;
  /** Per origin, its events in the order of their sequences. */
  readonly #events: number[][] = [];

  /** @param all ascending in time */
  constructor(all: readonly Publication[]) {
    this.#all = all;
    this.#originOf = new Int32Array(all.length);
    this.#sequenceOf = new Int32Array(all.length);
    const origins = new Map<number, number>();
    for (const [event, { node }] of all.entries()) {
      const origin = origins.get(node) ?? this.#events.push([]) - 1;
      origins.set(node, origin);
      this.#originOf[event] = origin;
      this.#sequenceOf[event] = (this.#events[origin] as number[]).push(event);
    }
  }

  get count(): number {
    return this.#all.length;
  }

  get origins(): number {
    return this.#events.length;
  }

  get(event: number): Publication {
    return this.#all[event] as Publication;
  }

  originOf(event: number): number {
    return this.#originOf[event] as number;
  }

  sequenceOf(event: number): number {
    return this.#sequenceOf[event] as number;
  }

  eventOf(origin: number, sequence: number): number {
    return (this.#events[origin] as number[])[sequence - 1] as number;
  }
}
