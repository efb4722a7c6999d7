import { covers, type Target, type Version } from '@hearsay/spi';
import { TicketForeignError } from './errors.js';

/**
 * The right to fill the cache with what is loaded after its issue. Take it before the first read of
 * the data; hand it back with the value.
 */
export class Ticket {
  /** The fence that issued it; positions of two fences do not compare. */
  readonly fence: Fence;
  /** How many invalidations the fence had passed at the issue. */
  readonly position: number;
  /** The order of issue, where the clock is too coarse to tell. */
  readonly serial: number;
  /** The monotonic time of the issue, from which the TTL counts (rule F2). */
  readonly issuedMs: number;
  /** The highest version of the scope known at the issue; what was read at an older one is refused (rule F5). */
  readonly minimum: Version | undefined;

  /** For {@link Fence.ticket} only. */
  constructor(
    fence: Fence,
    position: number,
    serial: number,
    issuedMs: number,
    minimum: Version | undefined,
  ) {
    this.fence = fence;
    this.position = position;
    this.serial = serial;
    this.issuedMs = issuedMs;
    this.minimum = minimum;
  }
}

/**
 * A ring of the latest invalidations. A ticket is a position in it: whatever was passed after the
 * ticket is compared with the fill when it is stored, when its tags are known. A ticket older than
 * the ring is void, since what it missed is forgotten (rule C1).
 */
export class Fence {
  readonly #ring: Target[] = [];
  readonly #ringMax: number;
  #passed = 0;
  #issued = 0;

  /** @param ringMax invalidations remembered, ≥ 1 */
  constructor(ringMax: number) {
    this.#ringMax = ringMax;
  }

  /** Tickets issued so far: the serial of the latest. */
  get issued(): number {
    return this.#issued;
  }

  ticket(nowMs: number, minimum?: Version): Ticket {
    this.#issued += 1;
    return new Ticket(this, this.#passed, this.#issued, nowMs, minimum);
  }

  pass(target: Target): void {
    this.#ring[this.#passed % this.#ringMax] = target;
    this.#passed += 1;
  }

  /**
   * @returns whether an invalidation that covers the fill was, or may have been, passed since the ticket
   * @throws {TicketForeignError} this fence did not issue it
   */
  voids(ticket: Ticket, key: string, tags: readonly string[]): boolean {
    if (ticket?.fence !== this)
      throw new TicketForeignError(
        'the ticket is missing or of another cache; take it from this one, before the value is read',
      );
    if (this.#passed - ticket.position > this.#ringMax) return true;
    for (let at = ticket.position; at < this.#passed; at += 1) {
      const target = this.#ring[at % this.#ringMax];
      if (target !== undefined && covers(target, key, tags)) return true;
    }
    return false;
  }
}
