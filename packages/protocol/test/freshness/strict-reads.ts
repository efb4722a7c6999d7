import type { StrictNode } from './strict-node.js';
import type { StrictWorld } from './strict-world.js';

/** A read of the one key. */
interface Read {
  /** What it must not miss: the newest version whose revocation had returned when it was invoked. */
  readonly invokedThrough: number;
  /** What its proof must reach back to. */
  readonly sinceMs: number;
}

interface Load {
  isVoid: boolean;
  readonly readers: Read[];
}

/** The cache of one node: one key, whose value is the version that was loaded. */
export class StrictReads {
  readonly #world: StrictWorld;
  readonly #node: StrictNode;
  readonly #waiting = new Set<Read>();
  #value: number | undefined;
  #load: Load | undefined;

  constructor(world: StrictWorld, node: StrictNode) {
    this.#world = world;
    this.#node = node;
  }

  /** A read that is invoked now. @param sinceMs what must be proven before; nothing under a right */
  read(sinceMs: number | undefined): void {
    const invokedThrough = this.#world.revokedThrough;
    if (sinceMs === undefined) this.#serve({ invokedThrough, sinceMs: 0 });
    else this.#waiting.add({ invokedThrough, sinceMs });
  }

  drop(): void {
    this.#value = undefined;
    if (this.#world.mutation === 'no-detaching') return;
    if (this.#load) this.#load.isVoid = true;
    this.#load = undefined;
  }

  proved(freshAsOfMs: number): void {
    for (const read of this.#take(freshAsOfMs)) this.#serve(read);
  }

  unproved(sinceMs: number): void {
    const refused = this.#take(sinceMs);
    if (this.#world.mutation === 'fail-open') for (const read of refused) this.#serve(read);
  }

  #take(throughMs: number): Read[] {
    const reads = [...this.#waiting].filter(({ sinceMs }) => sinceMs <= throughMs);
    for (const read of reads) this.#waiting.delete(read);
    return reads;
  }

  /** What the policy has allowed: from memory, by a load in flight, or by an own one. */
  #serve(read: Read): void {
    if (this.#value !== undefined) this.#world.served(read.invokedThrough, this.#value, 'hits');
    else if (this.#load !== undefined) this.#load.readers.push(read);
    else this.#startLoad(read);
  }

  #startLoad(read: Read): void {
    const load: Load = { isVoid: false, readers: [read] };
    this.#load = load;
    const ended = () => {
      if (this.#load === load) this.#load = undefined;
    };
    const loaded = (version: number) => {
      ended();
      if (!load.isVoid) this.#value = version;
      for (const { invokedThrough } of load.readers)
        this.#world.served(invokedThrough, version, 'loads');
    };
    this.#world.call(this.#node, 'data', () => this.#world.head(), loaded, ended);
  }
}
