import type { InMemoryTransport } from './in-memory-transport.js';

export interface InMemoryHubOptions {
  /** Own events that each transport keeps for those who are cut off, at least 1. Default 65,536. */
  readonly journalEventsMax?: number;
  /** Delivers everything twice, as real media sometimes do. Default false. */
  readonly deliverTwice?: boolean;
}

/**
 * Where in-memory transports meet. A cut is noticed at once by both sides, and what was missed
 * is made up for on healing from the journals, as far back as they go.
 */
export class InMemoryHub {
  readonly journalEventsMax: number;
  readonly deliverTwice: boolean;
  readonly #running = new Set<InMemoryTransport>();
  readonly #cuts = new Map<InMemoryTransport, Set<InMemoryTransport>>();
  readonly #cutOff = new Set<InMemoryTransport>();

  constructor(options: InMemoryHubOptions = {}) {
    this.journalEventsMax = options.journalEventsMax ?? 65_536;
    this.deliverTwice = options.deliverTwice ?? false;
  }

  /** Parts two transports; each goes on hearing the others. */
  cut(a: InMemoryTransport, b: InMemoryTransport): void {
    this.#cutsOf(a).add(b);
    this.#cutsOf(b).add(a);
    this.#reviewAll();
  }

  heal(a: InMemoryTransport, b: InMemoryTransport): void {
    this.#cutsOf(a).delete(b);
    this.#cutsOf(b).delete(a);
    this.#reviewAll();
  }

  /** Parts one transport from all others, also from those that start later. */
  cutOff(transport: InMemoryTransport): void {
    this.#cutOff.add(transport);
    this.#reviewAll();
  }

  /** Undoes every cut. */
  healAll(): void {
    this.#cuts.clear();
    this.#cutOff.clear();
    this.#reviewAll();
  }
}
