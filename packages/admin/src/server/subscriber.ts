import type { ServerResponse } from 'node:http';
import type { Clock } from '@hearsay/spi';
import type { EventRing, RingEntry } from './event-ring.js';

/** Written at once; also what may wait in this process for a subscriber, one event more at most. */
const WRITE_CHARS_MAX = 16_384;

/** One open stream of events: a place in the ring, and a socket that takes more or does not. */
export class Subscriber {
  readonly #ring: EventRing;
  readonly #response: ServerResponse;
  /** `undefined`: all. */
  readonly #scopes: ReadonlySet<string> | undefined;
  #sent: number;
  #blockedSinceMs: number | undefined;

  /** @param sent the number of the last event that it has */
  constructor(
    clock: Clock,
    ring: EventRing,
    response: ServerResponse,
    scopes: ReadonlySet<string> | undefined,
    sent: number,
  ) {
    this.#ring = ring;
    this.#response = response;
    this.#scopes = scopes;
    this.#sent = sent;
    response.on('drain', () => {
      this.#blockedSinceMs = undefined;
      this.pump(clock.monotonicMs());
    });
  }

  /** Where it would resume: everything up to here was sent or does not concern it. */
  get id(): string {
    return this.#ring.idOf(this.#sent);
  }

  /** Whether it was so slow that the ring has forgotten what it lacks. */
  get isOvertaken(): boolean {
    return !this.#ring.holdsAllAfter(this.#sent);
  }

  /** Whether nothing waits for it. */
  get isUpToDate(): boolean {
    return this.#blockedSinceMs === undefined && this.#sent === this.#ring.head;
  }

  /** @returns how long it has taken nothing although something waits for it */
  blockedForMs(nowMs: number): number {
    return this.#blockedSinceMs === undefined ? 0 : nowMs - this.#blockedSinceMs;
  }

  /** Sends what it lacks for as long as its socket takes it. */
  pump(nowMs: number): void {
    while (this.#blockedSinceMs === undefined && this.#sent < this.#ring.head) {
      const text = this.#take();
      if (text !== '') this.write(text, nowMs);
      if (this.isOvertaken) return;
    }
  }

  write(text: string, nowMs: number): void {
    if (!this.#response.write(text)) this.#blockedSinceMs ??= nowMs;
  }

  #take(): string {
    let text = '';
    while (text.length < WRITE_CHARS_MAX && this.#sent < this.#ring.head) {
      const entry = this.#ring.at(this.#sent + 1);
      if (!entry) break;
      if (this.#wants(entry)) text += entry.text();
      this.#sent++;
    }
    return text;
  }

  #wants({ scope }: RingEntry): boolean {
    return scope === undefined || this.#scopes === undefined || this.#scopes.has(scope);
  }
}
