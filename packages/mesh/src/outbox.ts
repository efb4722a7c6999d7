import { type Announcement, LIMITS, type Receipt, type Sequence } from '@hearsay/spi';

interface Waiting {
  readonly announcements: readonly Announcement[];
  readonly accepted: (receipt: Receipt) => void;
}

/**
 * Gathers what one turn of the event loop announces, so that it travels as one frame. Bounded: what
 * reaches `LIMITS.batchEventsMax` leaves at once.
 */
export class Outbox {
  #waiting: Waiting[] = [];
  #events = 0;
  readonly #flush: () => void;

  /** @param flush called when so much was added, and at the end of a turn in which anything was */
  constructor(flush: () => void) {
    this.#flush = flush;
  }

  add(announcements: readonly Announcement[]): Promise<Receipt> {
    return new Promise((accepted) => {
      if (this.#waiting.length === 0) setImmediate(this.#flush);
      this.#waiting.push({ announcements, accepted });
      this.#events += announcements.length;
      if (this.#events >= LIMITS.batchEventsMax) this.#flush();
    });
  }

  /**
   * @param publish takes everything at once, and gives sequences without a gap
   * @param before the newest sequence before it
   */
  empty(publish: (all: readonly Announcement[]) => void, before: Sequence, members: number): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#events = 0;
    publish(waiting.flatMap(({ announcements }) => announcements));
    let last: number = before;
    for (const { announcements, accepted } of waiting) {
      const first = (last + 1) as Sequence;
      last += announcements.length;
      accepted({ first, last: last as Sequence, members });
    }
  }
}
