import { type Origin, sameOrigin } from '@hearsay/spi';
import type { Horizon } from './horizon.js';
import type { Link } from './link.js';
import { highestTold, type OriginHead, type VectorEntry } from './message.js';
import type { Past } from './past.js';
import type { Repair } from './repair.js';
import type { VersionVector } from './version-vector.js';

export interface ClaimsOptions {
  readonly silentOriginMs: number;
}

/** What came of the entries of a peer. */
export interface Claimed {
  /** Whether something is missing here. */
  readonly isBehind: boolean;
  /** The origins whose past has become a gap. */
  readonly proven: readonly Origin[];
  /** Something may be missing of which nobody can say what it is. */
  readonly isBlind: boolean;
}

/** This part of G before its end an origin is not taken in any more, where nothing of it can be missing. */
const LAST_SHARE = 1 / 8;

/** Judges what a peer says that it has: whether it is missing here, past, or of no use any more. */
export class Claims {
  readonly #self: Origin;
  readonly #vector: VersionVector;
  readonly #past: Past;
  readonly #repair: Repair;
  readonly #horizon: Horizon;
  readonly #takenInMs: number;
  readonly #silentOriginMs: number;

  constructor(
    self: Origin,
    vector: VersionVector,
    past: Past,
    repair: Repair,
    horizon: Horizon,
    { silentOriginMs }: ClaimsOptions,
  ) {
    this.#self = self;
    this.#vector = vector;
    this.#past = past;
    this.#repair = repair;
    this.#horizon = horizon;
    this.#silentOriginMs = silentOriginMs;
    this.#takenInMs = silentOriginMs * (1 - LAST_SHARE);
  }

  /** Since when the longest missing event is missed; `Infinity` when nothing is. */
  get missingSinceMs(): number {
    return this.#repair.missingSinceMs();
  }

  /** Whether more could be missing than is noted. */
  get isFull(): boolean {
    return this.#repair.isFull;
  }

  /** Heads in a digest: they are hot. */
  heads({ peer }: Link, heads: readonly OriginHead[], nowMs: number): void {
    for (const { origin, sequence } of heads)
      if (!sameOrigin(origin, this.#self)) this.#repair.claim(peer, origin, sequence, nowMs, nowMs);
  }

  /** @param more whether another part of the same vector follows */
  entries(link: Link, entries: readonly VectorEntry[], more: boolean, nowMs: number): Claimed {
    const others = entries.filter((entry) => this.#isOfUse(link, entry, nowMs));
    const proven = this.#past.join(link.peer, others, more);
    const fullSinceMs = this.#vector.fullSinceMs();
    const forgottenMs = nowMs - 2 * this.#silentOriginMs;
    let isBehind = false;
    let isBlind = false;
    for (const entry of others) {
      const heardAtMs = nowMs - (entry.silentMs ?? 0);
      const isPeer = sameOrigin(entry.origin, link.peer);
      // Who has no place here would only be forgotten again, and claimed again.
      const leastMs = isPeer ? fullSinceMs : Math.max(fullSinceMs, forgottenMs);
      if (heardAtMs <= leastMs && !this.#isKnown(entry.origin))
        isBlind ||= !this.#horizon.isSound(heardAtMs);
      else isBehind = this.#claim(link, entry, heardAtMs, nowMs) || isBehind;
    }
    return { isBehind, proven, isBlind };
  }

  /**
   * An origin that everyone is about to let go of would only be taken in to be let go of, which looks to
   * others as if there were something that they never heard.
   */
  #isOfUse({ peer }: Link, { origin, silentMs = 0 }: VectorEntry, nowMs: number): boolean {
    if (sameOrigin(origin, this.#self)) return false;
    // Of the peer itself more is to come.
    if (silentMs < this.#takenInMs || sameOrigin(origin, peer)) return true;
    return this.#isKnown(origin) || !this.#horizon.isSound(nowMs - silentMs);
  }

  #claim(link: Link, entry: VectorEntry, heardAtMs: number, nowMs: number): boolean {
    const { origin } = entry;
    const head = highestTold(entry);
    const claim = (atMs: number) => this.#repair.claim(link.peer, origin, head, nowMs, atMs);
    if (this.#isKnown(origin) || !sameOrigin(origin, link.peer)) return claim(heardAtMs);
    // It was silent for so long that it was forgotten while it was away.
    if (this.#past.through(origin) === 0 && this.#horizon.hadAllOf(link, heardAtMs))
      this.#past.forgotten(entry);
    const isOver = nowMs - heardAtMs >= this.#takenInMs && this.#horizon.isSound(heardAtMs);
    return claim(isOver ? Math.min(heardAtMs, nowMs - this.#silentOriginMs) : heardAtMs);
  }

  #isKnown(origin: Origin): boolean {
    return this.#vector.highest(origin) > 0;
  }
}
