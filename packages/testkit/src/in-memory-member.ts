import {
  type Announcement,
  type Coherence,
  type InvalidationEvent,
  LIMITS,
  type Origin,
  type Receipt,
  type Sequence,
  sameOrigin,
  type TransportHost,
  type TransportInspection,
} from '@hearsay/spi';
import type { InMemoryHub } from './in-memory-hub.js';
import { InMemoryJournal } from './in-memory-journal.js';

export type AnswerHandler = (from: Origin, question: Uint8Array) => Promise<Uint8Array>;

/** What one member knows of another. */
interface Hearing {
  /** All of 1..heard was delivered here or declared as a gap. */
  heard: number;
  reachable: boolean;
  /** Something was missed and is being made up for. */
  behind: boolean;
  scheduled: boolean;
}

/** One life of an in-memory transport, from start to stop. It reads the journals of those it reaches. */
export class InMemoryMember {
  readonly journal: InMemoryJournal;
  readonly handlers: ReadonlyMap<string, AnswerHandler>;
  readonly #hub: InMemoryHub;
  readonly #host: TransportHost;
  readonly #known = new Map<InMemoryMember, Hearing>();
  readonly #counters = { published: 0, delivered: 0, gaps: 0 };
  #running = true;
  #openGaps = 0;
  #coherence: Coherence = 'alone';

  constructor(hub: InMemoryHub, host: TransportHost, handlers: ReadonlyMap<string, AnswerHandler>) {
    this.#hub = hub;
    this.#host = host;
    this.handlers = handlers;
    this.journal = new InMemoryJournal(hub.journalEventsMax);
  }

  get origin(): Origin {
    return this.#host.self;
  }

  get coherence(): Coherence {
    return this.#coherence;
  }

  publish(announcements: readonly Announcement[]): Receipt {
    const first = this.journal.last + 1;
    const events = announcements.map(
      (announcement, i): InvalidationEvent => ({
        ...announcement,
        origin: this.origin,
        sequence: (first + i) as Sequence,
      }),
    );
    this.journal.append(events);
    this.#counters.published += events.length;
    const reachable = [...this.#known.keys()].filter((other) => this.reaches(other));
    for (const other of reachable) other.#listen(this);
    return {
      first: first as Sequence,
      last: this.journal.last as Sequence,
      members: reachable.length,
    };
  }

  /** Gets to know another member, once. @param heard what of it needs no delivery here */
  meet(other: InMemoryMember, heard: number): void {
    if (this.#known.has(other)) return;
    this.#known.set(other, { heard, reachable: false, behind: false, scheduled: false });
  }

  /** Looks at all links again: begins to make up for what was missed, forgets who has left. */
  linksChanged(): void {
    for (const [other, hearing] of this.#known) {
      const reachable = this.#hub.reaches(this, other);
      if (reachable && !hearing.reachable) hearing.behind = other.journal.last > hearing.heard;
      hearing.reachable = reachable;
      if (reachable) this.#listen(other);
    }
    this.#judge();
  }

  leave(): void {
    this.#running = false;
    this.journal.clear();
    this.#hub.leave(this);
  }

  /** @returns the running member of this origin that can be reached */
  find(origin: Origin): InMemoryMember | undefined {
    for (const other of this.#known.keys())
      if (sameOrigin(other.origin, origin) && this.reaches(other)) return other;
    return undefined;
  }

  reaches(other: InMemoryMember): boolean {
    return other.#running && this.#hub.reaches(this, other);
  }

  inspect(transport: string): TransportInspection {
    const peers = [...this.#known].map(([other, { reachable }]) => ({
      origin: other.origin,
      addresses: [],
      silentForMs: reachable ? 0 : undefined,
      roundTripMs: reachable ? 0 : undefined,
      sendQueueBytes: 0,
    }));
    const counters = { ...this.#counters };
    return { transport, coherence: this.#coherence, addresses: [], peers, counters };
  }

  /** Never in the publisher's own call: no caller may rely on that. */
  #listen(other: InMemoryMember): void {
    const hearing = this.#known.get(other);
    if (hearing === undefined || hearing.scheduled) return;
    hearing.scheduled = true;
    queueMicrotask(() => {
      hearing.scheduled = false;
      if (this.#running && this.#hub.reaches(this, other)) this.#catchUp(other, hearing);
    });
  }

  #catchUp(other: InMemoryMember, hearing: Hearing): void {
    if (hearing.heard < other.journal.floor) {
      this.#declareGap(other, hearing.heard + 1, other.journal.floor);
      hearing.heard = other.journal.floor;
    }
    while (hearing.heard < other.journal.last) {
      const events = other.journal.after(hearing.heard, LIMITS.batchEventsMax);
      hearing.heard += events.length;
      this.#deliver(events);
    }
    hearing.behind = false;
    if (!other.#running) this.#known.delete(other);
    this.#judge();
  }

  #deliver(events: readonly InvalidationEvent[]): void {
    const times = this.#hub.deliverTwice ? 2 : 1;
    for (let i = 0; i < times; i++) this.#host.deliver(events);
    this.#counters.delivered += events.length;
  }

  #declareGap(other: InMemoryMember, from: number, to: number): void {
    const { node, epoch } = other.origin;
    this.#counters.gaps += 1;
    this.#openGaps += 1;
    this.#judge();
    const closed = () => {
      this.#openGaps -= 1;
      this.#judge();
    };
    this.#host
      .closeGap({ reason: `${node} (${epoch}) no longer holds its events ${from} to ${to}` })
      .then(closed, (error: unknown) =>
        this.#host.logger.error({ err: error }, 'the gap could not be closed and stays open'),
      );
  }

  #judge(): void {
    const coherence = this.#judged();
    if (coherence === this.#coherence || !this.#running) return;
    this.#coherence = coherence;
    this.#host.coherenceChanged(coherence);
  }

  #judged(): Coherence {
    const hearings = [...this.#known.values()];
    if (hearings.length > 0 && hearings.every((hearing) => !hearing.reachable)) return 'isolated';
    if (this.#openGaps > 0 || hearings.some((hearing) => hearing.behind)) return 'catching-up';
    return hearings.length > 0 ? 'coherent' : 'alone';
  }
}
