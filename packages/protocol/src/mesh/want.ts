import { type Origin, originId } from '@hearsay/spi';
import { cutAbove, type Range, rangeOf, SequenceSet } from './sequence-set.js';

interface Claim {
  readonly peer: Origin;
  /** Up to which sequence it claims to have everything. */
  head: number;
  /** When the head was first heard of, as far as the claimant knows. */
  heardAtMs: number;
}

/** Enough to choose from; with a higher head a further one takes the place of the lowest. */
const CLAIMANTS_MAX = 16;

/** A peer that leaves this many pulls in a row unanswered is not asked any more. */
const TIMEOUTS_MAX = 3;
/** Bounds what is remembered of one peer's answers; the lowest count, repair goes upwards. */
const LACKED_RANGES_MAX = 256;

/**
 * What is missing here of one origin: who claims to have it, who was asked, who lacks it. Up to the
 * highest event seen the loss is real, and any peer may hold it; beyond, a claim is only a claim.
 */
export class Want {
  readonly origin: Origin;
  readonly #claims = new Map<string, Claim>();
  readonly #lacked = new Map<string, SequenceSet>();
  readonly #timeouts = new Map<string, number>();
  /** Everything missing up to this sequence is missed since `#sinceMs`, what is above since `#laterMs`. */
  #through = 0;
  #sinceMs: number;
  #laterMs: number | undefined;
  /** Who is being asked. */
  askedId: string | undefined;

  constructor(origin: Origin, nowMs: number) {
    this.origin = origin;
    this.#sinceMs = nowMs;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whoever claims to have more than was seen here. */
  get claimants(): Origin[] {
    return [...this.#claims.values()].map(({ peer }) => peer);
  }

  /** The highest sequence that anyone claims; 0 when nobody does. */
  get claimed(): number {
    let highest = 0;
    for (const { head } of this.#claims.values()) highest = Math.max(highest, head);
    return highest;
  }

  /** @returns when the event was first heard of, by the word of those who claim it; `undefined` when nobody does */
  heardAtMs(sequence: number): number | undefined {
    let latestMs: number | undefined;
    for (const { head, heardAtMs } of this.#claims.values())
      if (head >= sequence) latestMs = Math.max(latestMs ?? heardAtMs, heardAtMs);
    return latestMs;
  }

  claim(peer: Origin, head: number, heardAtMs: number): void {
    const id = originId(peer);
    const known = this.#claims.get(id);
    if (known && known.head >= head) return;
    if (!known && this.#claims.size >= CLAIMANTS_MAX && !this.#dropBelow(head)) return;
    this.#claims.set(id, { peer, head, heardAtMs });
  }

  /** Sequences up to `head` are known to exist now. */
  note(head: number, nowMs: number): void {
    if (this.#through === 0) this.#through = head;
    else if (head > this.#through) this.#laterMs ??= nowMs;
  }

  /** What was missed first is here now: the age of the want is that of the rest. */
  progressed(lowestMissing: number, head: number, nowMs: number): void {
    if (lowestMissing <= this.#through) return;
    this.#sinceMs = this.#laterMs ?? nowMs;
    this.#through = head;
    this.#laterMs = undefined;
  }

  /** @param contiguous what is held here needs no memory */
  lacks(peerId: string, range: Range, contiguous: number): void {
    const lacked = this.#lacked.get(peerId) ?? new SequenceSet(LACKED_RANGES_MAX);
    this.#lacked.set(peerId, lacked);
    if (contiguous > 0) lacked.add(1, contiguous);
    lacked.add(range.from, range.to);
  }

  /** @returns whether the peer said that it holds nothing of the range */
  isLacked(peerId: string, range: Range): boolean {
    return this.#lacked.get(peerId)?.missing(range.from, range.to).length === 0;
  }

  answered(peerId: string): void {
    this.#timeouts.delete(peerId);
    if (this.askedId === peerId) this.askedId = undefined;
  }

  /** @param seen the highest event seen here: beyond, nothing is given up by silence */
  timedOut(peerId: string, seen: number): void {
    if (this.askedId === peerId) this.askedId = undefined;
    const timeouts = (this.#timeouts.get(peerId) ?? 0) + 1;
    this.#timeouts.set(peerId, timeouts);
    if (timeouts >= TIMEOUTS_MAX && seen > 0) this.lacks(peerId, rangeOf(1, seen), 0);
  }

  timeouts(peerId: string): number {
    return this.#timeouts.get(peerId) ?? 0;
  }

  /** @returns what of `missing` the peer may hold, as far as is known */
  askable(peerId: string, missing: readonly Range[], seen: number): Range[] {
    const through = Math.max(this.#claims.get(peerId)?.head ?? 0, seen);
    const lacked = this.#lacked.get(peerId);
    const within = cutAbove(missing, through);
    return lacked ? within.flatMap((range) => lacked.missing(range.from, range.to)) : within;
  }

  /** Takes back claims beyond `seen` of which the peer itself says that it holds nothing. */
  takeBackEmptyClaims(missing: readonly Range[], seen: number): Claim[] {
    const empty: Claim[] = [];
    for (const [peerId, claim] of this.#claims) {
      if (claim.head <= seen || !this.#lacked.has(peerId)) continue;
      if (this.askable(peerId, missing, seen).some((range) => range.to > seen)) continue;
      this.#claims.delete(peerId);
      empty.push(claim);
    }
    return empty;
  }

  /** How many peers said that they hold nothing of some of it. */
  get lackedBy(): number {
    return this.#lacked.size;
  }

  forgetPeer(peerId: string): void {
    this.#claims.delete(peerId);
    this.#lacked.delete(peerId);
    this.answered(peerId);
  }

  /** @returns whether a claim of less than `head` made room */
  #dropBelow(head: number): boolean {
    let lowest: [string, Claim] | undefined;
    for (const entry of this.#claims)
      if (entry[1].head < (lowest?.[1].head ?? head)) lowest = entry;
    return lowest !== undefined && this.#claims.delete(lowest[0]);
  }
}
