import { type Origin, originId } from '@hearsay/spi';
import { type EventRun, MESSAGE_LIMITS, type SequenceRange } from './message.js';
import type { Past } from './past.js';
import { cutAbove, type Range, subtract } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';
import { Want } from './want.js';

export interface RepairOptions {
  /** How long something may be missing before it is asked for: it may be on its way. */
  readonly repairDelayMs: number;
  /** How long an asked peer may take before it is asked again, or another. */
  readonly pullTimeoutMs: number;
  /**
   * … the first time, where it is asked for few events: more likely than not the question or its answer
   * was lost. Above a round trip, or what was not lost comes twice.
   */
  readonly shortPullTimeoutMs: number;
  /** How many are few. */
  readonly shortPullEventsMax: number;
  readonly originsMax: number;
}

/** What is remembered of one peer's claims that it could not back. */
const REFUTED_MAX = 1_024;

/** A pull under way. */
interface Pull {
  readonly peer: Origin;
  readonly ranges: SequenceRange[];
  readonly atMs: number;
  /** Whether the peer let pass a time for some of it before. */
  late: boolean;
}

/** What is to be done now. */
export interface RepairTurn {
  readonly pulls: { readonly to: Origin; readonly ranges: readonly SequenceRange[] }[];
  /** Events that existed and that no linked peer holds. */
  readonly lost: { readonly origin: Origin; readonly ranges: readonly Range[] }[];
  /** Origins of which a peer claimed a head and could not back it; nothing is lost by that (rule F8). */
  readonly refuted: Origin[];
}

/**
 * Remembers what is missing here, decides whom to ask for it, and notices what nobody can supply.
 * One pull per peer is under way at a time, and what is missing of one origin is asked of one peer.
 */
export class Repair {
  readonly #vector: VersionVector;
  readonly #past: Past;
  readonly #options: RepairOptions;
  /** By origin, longest missed first. At most `originsMax` by claims alone, as many by events. */
  readonly #wants = new Map<string, Want>();
  /** By peer. */
  readonly #pulls = new Map<string, Pull>();
  /** Per peer and origin, the last head that was claimed and not backed; until its link ends. */
  readonly #refuted = new Map<string, Map<string, number>>();

  constructor(vector: VersionVector, past: Past, options: RepairOptions) {
    this.#vector = vector;
    this.#past = past;
    this.#options = options;
  }

  /** Origins of which something is missing. */
  get wanted(): number {
    return this.#wants.size;
  }

  /** Claims of further origins are not noted. */
  get isFull(): boolean {
    return this.#wants.size >= this.#options.originsMax;
  }

  /** @returns since when the longest missing event is missed; `Infinity` when nothing is */
  missingSinceMs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const want of this.#wants.values()) oldest = Math.min(oldest, want.sinceMs);
    return oldest;
  }

  /**
   * A linked peer claims to have everything of an origin up to `head`.
   * @param heardAtMs when the head was first heard of, as far as the peer knows
   * @returns whether something of that is missing here
   */
  claim(peer: Origin, origin: Origin, head: number, nowMs: number, heardAtMs: number): boolean {
    const id = originId(origin);
    if (this.#refuted.get(originId(peer))?.get(id) === head) return false;
    if (this.#missing(origin, head).length === 0) return false;
    const want = this.#wants.get(id) ?? this.#enter(id, origin, nowMs, this.#options.originsMax);
    want?.claim(peer, head, heardAtMs);
    want?.note(head, nowMs);
    return want !== undefined;
  }

  /** @returns when the event was first heard of: now, unless it is claimed to be older */
  heardAtMs(origin: Origin, sequence: number, nowMs: number): number {
    if (this.#wants.size === 0) return nowMs;
    const claimedMs = this.#wants.get(originId(origin))?.heardAtMs(sequence) ?? nowMs;
    return Math.min(claimedMs, nowMs);
  }

  /** Events of the origin were seen or given up: what they skipped is missing, whoever claims it. */
  seen(origin: Origin, nowMs: number): void {
    const highest = this.#vector.highest(origin);
    const isWhole = this.#vector.contiguous(origin) >= highest;
    if (isWhole && this.#wants.size === 0) return;
    const id = originId(origin);
    const known = this.#wants.get(id);
    if (!isWhole) {
      const want = known ?? this.#enter(id, origin, nowMs, Number.POSITIVE_INFINITY);
      want?.note(highest, nowMs);
    } else if (known && known.claimed <= highest) this.#wants.delete(id);
  }

  /** The peer answered that its journal does not hold these. */
  lacks(peer: Origin, ranges: readonly SequenceRange[]): void {
    const peerId = originId(peer);
    for (const range of ranges)
      this.#wants
        .get(originId(range.origin))
        ?.lacks(peerId, range, this.#vector.contiguous(range.origin));
    const pull = this.#pulls.get(peerId);
    // Where it holds some, its events are about to follow.
    const holdsNone = (range: SequenceRange) =>
      this.#wants.get(originId(range.origin))?.isLacked(peerId, range) ?? true;
    if (pull?.ranges.every(holdsNone)) this.#finish(peerId, pull);
  }

  /**
   * Events arrived from `peer`; what is still missing of what it was asked for may be asked for again.
   * @returns whether any of them answers a pull
   */
  answered(peer: Origin, runs: readonly EventRun[]): boolean {
    const peerId = originId(peer);
    const pull = this.#pulls.get(peerId);
    if (!pull || !runs.some((run) => pull.ranges.some((range) => overlap(run, range))))
      return false;
    this.#finish(peerId, pull);
    return true;
  }

  forgetPeer(peer: Origin): void {
    const peerId = originId(peer);
    this.#refuted.delete(peerId);
    this.#pulls.delete(peerId);
    for (const want of this.#wants.values()) want.forgetPeer(peerId);
  }

  /**
   * @param random [0, 1): spreads the pulls of many nodes over many peers
   * @param peers everyone linked
   * @param hears `false` while isolated: silence says nothing then, and nothing is given up
   */
  next(nowMs: number, random: number, peers: readonly Origin[], hears: boolean): RepairTurn {
    this.#expirePulls(nowMs, hears);
    const turn: RepairTurn = { pulls: [], lost: [], refuted: [] };
    const pulls = new Map<string, Pull>();
    const isAnyoneFree = this.#pulls.size < peers.length;
    let index = 0;
    for (const [id, want] of this.#wants) {
      const missing = this.#missingOf(id, want, turn);
      if (missing.length === 0) {
        this.#wants.delete(id);
        continue;
      }
      this.#age(want, missing, nowMs);
      if (nowMs - want.sinceMs < this.#options.repairDelayMs) continue;
      if (want.askedId !== undefined) continue;
      if (isAnyoneFree) {
        const order = askingOrder(want, this.#others(want, missing, peers), random, index++);
        this.#ask(want, missing, order, pulls, nowMs);
      }
      if (hears) this.#giveUp(want, missing, peers, turn);
    }
    for (const [peerId, pull] of pulls) {
      this.#pulls.set(peerId, pull);
      turn.pulls.push({ to: pull.peer, ranges: pull.ranges });
    }
    return turn;
  }

  #enter(id: string, origin: Origin, nowMs: number, wantsMax: number): Want | undefined {
    if (this.#wants.size >= wantsMax) return undefined;
    const want = new Want(origin, nowMs);
    this.#wants.set(id, want);
    return want;
  }

  #missing(origin: Origin, head: number): Range[] {
    return this.#vector.missing(origin, this.#past.through(origin) + 1, head);
  }

  /** @returns what is missing, after claims that turned out to be empty were taken back */
  #missingOf(id: string, want: Want, turn: RepairTurn): Range[] {
    const seen = this.#vector.highest(want.origin);
    const missing = this.#missing(want.origin, Math.max(seen, want.claimed));
    const empty = want.takeBackEmptyClaims(missing, seen);
    if (empty.length === 0) return missing;
    for (const { peer, head } of empty) {
      this.#refute(originId(peer), id, head);
      turn.refuted.push(want.origin);
    }
    return cutAbove(missing, Math.max(seen, want.claimed));
  }

  #refute(peerId: string, id: string, head: number): void {
    const heads = this.#refuted.get(peerId) ?? new Map<string, number>();
    const oldest = heads.keys().next().value;
    const headsMax = Math.min(REFUTED_MAX, this.#options.originsMax);
    if (heads.size >= headsMax && oldest !== undefined) heads.delete(oldest);
    heads.set(id, head);
    this.#refuted.set(peerId, heads);
  }

  #age(want: Want, missing: readonly Range[], nowMs: number): void {
    const head = Math.max(this.#vector.highest(want.origin), want.claimed);
    const lowest = missing[0]?.from ?? head;
    want.progressed(lowest, head, nowMs);
  }

  /** Beyond what was seen only a claimant may hold anything. @returns who else is to be asked */
  #others(want: Want, missing: readonly Range[], peers: readonly Origin[]): readonly Origin[] {
    const [lowest] = missing;
    return lowest && lowest.from <= this.#vector.highest(want.origin) ? peers : [];
  }

  /** Adds to the pull of the first peer that may hold some of it and is not being asked already. */
  #ask(
    want: Want,
    missing: readonly Range[],
    order: Iterable<Origin>,
    pulls: Map<string, Pull>,
    nowMs: number,
  ): void {
    const seen = this.#vector.highest(want.origin);
    for (const peer of order) {
      const peerId = originId(peer);
      const pull = pulls.get(peerId) ?? { peer, ranges: [], atMs: nowMs, late: false };
      const room = MESSAGE_LIMITS.pullRangesMax - pull.ranges.length;
      if (room === 0 || this.#pulls.has(peerId)) continue;
      const ranges = want.askable(peerId, missing, seen).slice(0, room);
      if (ranges.length === 0) continue;
      pull.ranges.push(...ranges.map((range) => ({ origin: want.origin, ...range })));
      pull.late ||= want.timeouts(peerId) > 0;
      pulls.set(peerId, pull);
      want.askedId = peerId;
      return;
    }
  }

  /** What no linked peer may hold any more is lost, if an event above it proves that it existed. */
  #giveUp(want: Want, missing: readonly Range[], peers: readonly Origin[], turn: RepairTurn): void {
    // Who has not said that it lacks anything may hold all of it.
    if (want.lackedBy < peers.length) return;
    const seen = this.#vector.highest(want.origin);
    let ranges = cutAbove(missing, seen);
    for (const peer of peers) {
      if (ranges.length === 0) return;
      ranges = subtract(ranges, want.askable(originId(peer), ranges, seen));
    }
    if (ranges.length > 0) turn.lost.push({ origin: want.origin, ranges });
  }

  #expirePulls(nowMs: number, hears: boolean): void {
    for (const [peerId, pull] of this.#pulls) {
      if (nowMs - pull.atMs < this.#timeoutMs(pull)) continue;
      this.#pulls.delete(peerId);
      for (const want of this.#wantsOf(pull))
        if (!hears) want.answered(peerId);
        else if (want.askedId === peerId) want.timedOut(peerId, this.#vector.highest(want.origin));
    }
  }

  #timeoutMs({ ranges, late }: Pull): number {
    const { pullTimeoutMs, shortPullTimeoutMs, shortPullEventsMax } = this.#options;
    if (late) return pullTimeoutMs;
    const events = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return events <= shortPullEventsMax ? shortPullTimeoutMs : pullTimeoutMs;
  }

  #finish(peerId: string, pull: Pull): void {
    this.#pulls.delete(peerId);
    for (const want of this.#wantsOf(pull)) want.answered(peerId);
  }

  /** @returns the wants that the pull asks for, each once */
  #wantsOf(pull: Pull): Set<Want> {
    const wants = new Set<Want>();
    for (const { origin } of pull.ranges) {
      const want = this.#wants.get(originId(origin));
      if (want) wants.add(want);
    }
    return wants;
  }
}

/** Claimants first, then everyone else, each from a random start; who did not answer lately comes last. */
function* askingOrder(
  want: Want,
  others: readonly Origin[],
  random: number,
  index: number,
): Generator<Origin> {
  const claimants = want.claimants;
  const ids = new Set(claimants.map(originId));
  const late: Origin[] = [];
  for (const peer of rotated(claimants, random, index)) {
    if (want.timeouts(originId(peer)) > 0) late.push(peer);
    else yield peer;
  }
  for (const peer of rotated(others, random, index)) {
    if (ids.has(originId(peer))) continue;
    if (want.timeouts(originId(peer)) > 0) late.push(peer);
    else yield peer;
  }
  yield* late.sort((a, b) => want.timeouts(originId(a)) - want.timeouts(originId(b)));
}

function* rotated(peers: readonly Origin[], random: number, index: number): Generator<Origin> {
  const start = Math.floor(random * peers.length) + index;
  for (let i = 0; i < peers.length; i++) yield peers[(start + i) % peers.length] as Origin;
}

function overlap(run: EventRun, range: SequenceRange): boolean {
  if (run.first > range.to || run.first + run.announcements.length - 1 < range.from) return false;
  return originId(run.origin) === originId(range.origin);
}
