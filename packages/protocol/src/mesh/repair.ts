import { type Origin, originId, type Sequence } from '@hearsay/spi';
import { type EventRun, MESSAGE_LIMITS, type SequenceRange } from './message.js';
import type { Range } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';

export interface RepairOptions {
  /** How long something may be missing before it is asked for: it may be on its way. */
  readonly repairDelayMs: number;
  /** How long an asked peer may take before another is asked. */
  readonly pullTimeoutMs: number;
  readonly originsMax: number;
}

/** What peers claim to have of one origin and this node has not. */
interface Want {
  readonly origin: Origin;
  readonly sinceMs: number;
  /** Up to which sequence each peer claims to have everything. */
  readonly claims: Map<string, { readonly peer: Origin; head: number }>;
  /** What each peer answered not to hold. */
  readonly lacks: { readonly peerId: string; readonly from: number; readonly to: number }[];
  asked: { readonly peerId: string; readonly atMs: number } | undefined;
}

/** Ranges that every claimant lacks. Only those below an event seen here are a gap (rule F8). */
export interface Unobtainable {
  readonly origin: Origin;
  readonly ranges: readonly Range[];
  readonly backed: boolean;
}

const LACKS_MAX = 256;

/**
 * Remembers what is missing here, decides whom to ask for it, and notices what nobody can supply.
 * One pull per origin is under way at a time, to one of those who claim to have it.
 */
export class Repair {
  readonly #wants = new Map<string, Want>();
  readonly #vector: VersionVector;
  readonly #options: RepairOptions;
  /** Ranges that a gap already covers or will: not to be asked for. */
  readonly #excluded = new Map<string, Range[]>();
  /** Heads that a peer claimed and could not back; ignored until its link ends. */
  readonly #refuted = new Map<string, Map<string, number>>();

  constructor(vector: VersionVector, options: RepairOptions) {
    this.#vector = vector;
    this.#options = options;
  }

  get wanted(): number {
    return this.#wants.size;
  }

  /** @returns milliseconds since the longest missing event was first missed; 0 when nothing is */
  oldestMs(nowMs: number): number {
    let oldest = 0;
    for (const want of this.#wants.values()) oldest = Math.max(oldest, nowMs - want.sinceMs);
    return oldest;
  }

  /** Takes down that `peer` claims to have all of `origin` up to `head`. @returns whether something of it is missing here */
  claim(peer: Origin, origin: Origin, head: number, nowMs: number): boolean {
    const id = originId(origin);
    const peerId = originId(peer);
    if (head <= (this.#refuted.get(peerId)?.get(id) ?? 0)) return false;
    if (this.#missingUpTo(origin, head).length === 0) return false;
    let want = this.#wants.get(id);
    if (!want) {
      if (this.#wants.size >= this.#options.originsMax) return true;
      want = { origin, sinceMs: nowMs, claims: new Map(), lacks: [], asked: undefined };
      this.#wants.set(id, want);
    }
    const known = want.claims.get(peerId);
    if (known) known.head = Math.max(known.head, head);
    else want.claims.set(peerId, { peer, head });
    return true;
  }

  /** The peer answered that its journal does not hold these. */
  lacks(peer: Origin, ranges: readonly SequenceRange[]): void {
    const peerId = originId(peer);
    for (const range of ranges) {
      const want = this.#wants.get(originId(range.origin));
      if (!want) continue;
      if (want.lacks.length >= LACKS_MAX) want.lacks.shift();
      want.lacks.push({ peerId, from: range.from, to: range.to });
      if (want.asked?.peerId === peerId) want.asked = undefined;
    }
  }

  /**
   * Events arrived from `peer`; what is still missing of what it was asked for may be asked for again.
   * @returns whether any of them answers a pull
   */
  answered(peer: Origin, runs: readonly EventRun[]): boolean {
    const peerId = originId(peer);
    let answers = false;
    for (const run of this.#wants.size > 0 ? runs : []) {
      const want = this.#wants.get(originId(run.origin));
      if (want?.asked?.peerId !== peerId) continue;
      want.asked = undefined;
      answers = true;
    }
    return answers;
  }

  /** While a gap is open its ranges are neither asked for nor counted as missing. */
  exclude(origin: Origin, ranges: readonly Range[]): void {
    const id = originId(origin);
    this.#excluded.set(id, [...(this.#excluded.get(id) ?? []), ...ranges]);
  }

  include(origin: Origin, ranges: readonly Range[]): void {
    const id = originId(origin);
    const rest = (this.#excluded.get(id) ?? []).filter((range) => !ranges.includes(range));
    if (rest.length > 0) this.#excluded.set(id, rest);
    else this.#excluded.delete(id);
  }

  forgetPeer(peer: Origin): void {
    const peerId = originId(peer);
    this.#refuted.delete(peerId);
    for (const [id, want] of this.#wants) {
      want.claims.delete(peerId);
      if (want.asked?.peerId === peerId) want.asked = undefined;
      if (want.claims.size === 0) this.#wants.delete(id);
    }
  }

  /**
   * @param random [0, 1): spreads the pulls of many nodes over many peers
   * @returns pulls to send now, and what nobody can supply
   */
  next(nowMs: number, random: number): { pulls: Map<Origin, SequenceRange[]>; unobtainable: Unobtainable[] } {
    const pulls = new Map<Origin, SequenceRange[]>();
    const unobtainable: Unobtainable[] = [];
    for (const [id, want] of this.#wants) {
      const missing = this.#missing(want);
      if (missing.length === 0) {
        this.#wants.delete(id);
        continue;
      }
      if (nowMs - want.sinceMs < this.#options.repairDelayMs) continue;
      if (want.asked && nowMs - want.asked.atMs < this.#options.pullTimeoutMs) continue;
      const choice = choose(want, missing, random);
      if (choice) {
        want.asked = { peerId: originId(choice.peer), atMs: nowMs };
        const list = pulls.get(choice.peer) ?? [];
        for (const range of choice.ranges)
          if (list.length < MESSAGE_LIMITS.pullRangesMax) list.push({ origin: want.origin, ...range });
        pulls.set(choice.peer, list);
      } else unobtainable.push(...this.#giveUp(id, want, missing));
    }
    return { pulls, unobtainable };
  }

  #missing(want: Want): Range[] {
    let head = 0;
    for (const claim of want.claims.values()) head = Math.max(head, claim.head);
    return this.#missingUpTo(want.origin, head);
  }

  #missingUpTo(origin: Origin, head: number): Range[] {
    const excluded = this.#excluded.get(originId(origin)) ?? [];
    return this.#vector.missing(origin, 1, head).flatMap((range) => without(range, excluded));
  }

  /** Splits at the highest event seen here: below it the loss is real, above it the claim is only a claim. */
  #giveUp(id: string, want: Want, missing: readonly Range[]): Unobtainable[] {
    const seen = this.#vector.highest(want.origin);
    const below = missing
      .filter((range) => range.from < seen)
      .map((range) => ({ from: range.from, to: Math.min(range.to, seen) as Sequence }));
    const beyond = missing.filter((range) => range.to > seen);
    for (const [peerId, claim] of want.claims) {
      if (claim.head <= seen) continue;
      const heads = this.#refuted.get(peerId) ?? new Map<string, number>();
      heads.set(id, claim.head);
      this.#refuted.set(peerId, heads);
    }
    this.#wants.delete(id);
    const found: Unobtainable[] = [];
    if (below.length > 0) found.push({ origin: want.origin, ranges: below, backed: true });
    if (beyond.length > 0) found.push({ origin: want.origin, ranges: beyond, backed: false });
    return found;
  }
}

/** Picks, from a random start, a claimant that may still hold some of what is missing. */
function choose(
  want: Want,
  missing: readonly Range[],
  random: number,
): { peer: Origin; ranges: Range[] } | undefined {
  const claimants = [...want.claims.entries()];
  const start = Math.floor(random * claimants.length);
  for (let i = 0; i < claimants.length; i++) {
    const [peerId, claim] = claimants[(start + i) % claimants.length] as (typeof claimants)[number];
    const lacks = want.lacks.filter((lack) => lack.peerId === peerId);
    const ranges = missing
      .filter((range) => range.from <= claim.head)
      .map((range) => ({ from: range.from, to: Math.min(range.to, claim.head) as Sequence }))
      .flatMap((range) => without(range, lacks));
    if (ranges.length > 0) return { peer: claim.peer, ranges };
  }
  return undefined;
}

/** @returns `range` less all `holes`, ascending */
function without(range: Range, holes: readonly { from: number; to: number }[]): Range[] {
  let rest: Range[] = [range];
  for (const hole of holes)
    rest = rest.flatMap((part) => {
      if (hole.to < part.from || part.to < hole.from) return [part];
      const kept: Range[] = [];
      if (part.from < hole.from) kept.push({ from: part.from, to: (hole.from - 1) as Sequence });
      if (hole.to < part.to) kept.push({ from: (hole.to + 1) as Sequence, to: part.to });
      return kept;
    });
  return rest;
}
