import type { InvalidationEvent } from '@hearsay/spi';

/** The newest events of one origin, in sequence order without a hole, at most `eventsMax` (≥ 1). */
export class InMemoryJournal {
  readonly #eventsMax: number;
  #events: InvalidationEvent[] = [];
  /** Sequence of the newest event ever appended; 0 before the first. */
  #last = 0;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
  }

  get last(): number {
    return this.#last;
  }

  /** Events at or below this sequence are gone. */
  get floor(): number {
    return this.#last - Math.min(this.#events.length, this.#eventsMax);
  }

  /** @param events continue the sequence */
  append(events: readonly InvalidationEvent[]): void {
    this.#last += events.length;
    for (const event of events) this.#events.push(event);
    // Trimmed in large steps, so that an append costs the same however long the journal is.
    if (this.#events.length > 2 * this.#eventsMax)
      this.#events = this.#events.slice(-this.#eventsMax);
  }

  /** @param sequence not below {@link floor} */
  after(sequence: number, eventsMax: number): readonly InvalidationEvent[] {
    const from = this.#events.length - (this.#last - sequence);
    return this.#events.slice(from, from + eventsMax);
  }

  clear(): void {
    this.#events = [];
  }
}
