import { type Origin, originId, type Sequence, sameOrigin } from '@hearsay/spi';
import { HeldSequences } from './held-sequences.js';
import {
  type Digest,
  type LeftOut,
  MESSAGE_LIMITS,
  type OriginHead,
  type VectorEntry,
} from './message.js';
import { Origins } from './origins.js';
import { type Range, rangeOf } from './sequence-set.js';
import { TimeOrder } from './time-order.js';
import { type HashFollower, VectorHash } from './vector-hash.js';

export interface VersionVectorOptions {
  /** With more origins than this, alive or silent for less than G, the longest silent leave early. */
  readonly originsMax: number;
  /** G of rule M3: an origin silent for this long leaves the hash and is remembered until 2 G. */
  readonly silentOriginMs: number;
}

export interface VersionVectorHooks {
  /** A linked origin is alive, however silent: it is not forgotten. */
  isLinked(id: string): boolean;
  forgotten(id: string): void;
}

/** Ranges above the contiguous head that a vector tells, the highest ones, so that it fits a frame. */
const RANGES_TOLD_MAX = 8;
/** Digests name the heads of those who were heard so lately. What is older, the hash is to find. */
const HOT_MS = 2_000;
/** How often in G it is asked whether a long silent origin is still linked. */
const LOOKS_PER_AGE = 64;

/**
 * What this node has of everyone's events, as origin → contiguous sequence with exceptions. Origins
 * stand in the order in which they were last heard: when their newest event reached the first node that
 * told of it. Who hears of it late is told how old it is, so that all let go of an origin at about the
 * same time.
 */
export class VersionVector {
  readonly #self: Origin;
  readonly #options: VersionVectorOptions;
  readonly #hooks: VersionVectorHooks;
  readonly #origins: Origins;
  readonly #held = new HeldSequences(MESSAGE_LIMITS.rangesMax);
  /** Of whom digests and vectors speak, and of whom they do not any more (rule M3). */
  readonly #told = new TimeOrder();
  readonly #silent = new TimeOrder();
  readonly #hash = new VectorHash();
  #forgetDueMs = Number.POSITIVE_INFINITY;
  /** Who lost their link lately, and until when they are remembered for that. */
  readonly #parted = new Map<number, number>();
  #leftOutAtMs = Number.NEGATIVE_INFINITY;
  #evicted = 0;

  /** @param origins shared by the simulated nodes of one process, and by nobody else */
  constructor(
    self: Origin,
    options: VersionVectorOptions,
    hooks: VersionVectorHooks,
    origins: Origins = new Origins(),
  ) {
    this.#self = self;
    this.#options = options;
    this.#hooks = hooks;
    this.#origins = origins;
  }

  /** Those that are only remembered, too. */
  get origins(): number {
    return this.#told.size + this.#silent.size;
  }

  /** Those of whom vectors speak. */
  get told(): number {
    return this.#told.size;
  }

  /** How many origins had to make room for others before their time. */
  get evicted(): number {
    return this.#evicted;
  }

  /**
   * How long ago something last changed here about those of whom vectors do not speak any more. Not since
   * when they are silent: this node may have heard of it later than others.
   */
  leftOut(nowMs: number): LeftOut {
    const leftOutMs = Math.floor(nowMs - this.#leftOutAtMs);
    return Number.isFinite(leftOutMs) ? { leftOutMs } : {};
  }

  /**
   * @returns when the last heard of those was heard of who would have to make room for one more; who was
   *   heard of no later cannot enter. −∞ while there is room
   */
  fullSinceMs(): number {
    const number = this.origins < this.#options.originsMax ? undefined : this.#longestSilent();
    return number === undefined ? Number.NEGATIVE_INFINITY : this.#orderOf(number).timeOf(number);
  }

  contiguous(origin: Origin): Sequence {
    const number = this.#find(origin);
    return (number === undefined ? 0 : this.#held.contiguous(number)) as Sequence;
  }

  /** The highest sequence of which an event was seen here; 0 when none. */
  highest(origin: Origin): Sequence {
    const number = this.#find(origin);
    return (number === undefined ? 0 : this.#held.highest(number)) as Sequence;
  }

  missing(origin: Origin, from: number, to: number): Range[] {
    const number = this.#find(origin);
    if (number !== undefined) return this.#held.missing(number, from, to);
    return from <= to ? [rangeOf(from, to)] : [];
  }

  /**
   * @param heardAtMs when the event was first heard of, as far as is known
   * @returns whether the event is new here. An unknown origin enters with it (rule M3).
   */
  add(origin: Origin, sequence: number, nowMs: number, heardAtMs: number = nowMs): boolean {
    const known = this.#find(origin);
    if (known === undefined) {
      this.#enter(origin, sequence, heardAtMs, nowMs);
      return true;
    }
    if (this.#held.has(known, sequence)) return false;
    if (sequence < this.#held.highest(known)) this.#cover(known, sequence, sequence, nowMs);
    else this.#renew(known, sequence, heardAtMs, nowMs);
    return true;
  }

  /**
   * Counts a range as held because it is lost and declared so. Nothing above the highest event seen
   * is closed: a head alone is only a claim (rule F8). Unknown origins stay unknown.
   */
  close(origin: Origin, range: Range, nowMs: number): void {
    const number = this.#find(origin);
    if (number === undefined) return;
    const to = Math.min(range.to, this.#held.highest(number));
    if (range.from <= to) this.#cover(number, range.from, to, nowMs);
  }

  /** A linked origin is linked no more. However silent, it may be back soon: it is remembered for 2 G from now. */
  parted(origin: Origin, nowMs: number): void {
    const number = this.#find(origin);
    if (number !== undefined) this.#parted.set(number, nowMs + 2 * this.#options.silentOriginMs);
  }

  /** Lets the long silent leave the hash at age G and, unless they are linked, be forgotten at 2 G. */
  age(nowMs: number): void {
    for (let at = this.#told.oldest; at !== undefined; at = this.#told.oldest) {
      const heardAtMs = this.#told.timeOf(at);
      if (nowMs - heardAtMs < this.#options.silentOriginMs) break;
      this.#takeOut(at);
      this.#leaveOut(at, nowMs);
      this.#putIn(at, heardAtMs, nowMs);
    }
    if (nowMs >= this.#forgetDueMs) this.#forgetLongSilent(nowMs);
  }

  /** The hottest heads, none when nothing was heard lately, and the hash of all that is told of. */
  digest(nowMs: number): Digest {
    const heads: OriginHead[] = [];
    for (let at = this.#told.newest; at !== undefined; at = this.#told.olderThan(at)) {
      if (nowMs - this.#told.timeOf(at) > HOT_MS || heads.length >= MESSAGE_LIMITS.headsMax) break;
      const sequence = this.#held.contiguous(at) as Sequence;
      if (sequence > 0) heads.push({ origin: this.#origins.originOf(at), sequence });
    }
    return { heads, ...this.#hash.value, ...this.leftOut(nowMs) };
  }

  agreesWith(digest: Digest): boolean {
    return this.#hash.equals(digest);
  }

  /** All that the hash counts, and always this node itself, so that who links to it learns its head. */
  entries(nowMs: number): VectorEntry[] {
    return Array.from(this.#toldNumbers(), (number) => this.#entry(number, nowMs));
  }

  /** @returns the entries of those among these keys that are known here, told of or not */
  entriesOf(keys: ReadonlySet<number>, nowMs: number): VectorEntry[] {
    return Array.from(this.#numbersOf(keys), (number) => this.#entry(number, nowMs));
  }

  /** @returns for those among these keys that are known here, told of or not, up to where nothing is missing */
  headsOf(keys: ReadonlySet<number>): Map<number, number> {
    const heads = new Map<number, number>();
    for (const number of this.#numbersOf(keys))
      heads.set(this.#origins.keyOf(number), this.#held.contiguous(number));
    return heads;
  }

  /** Each key that the hash counts, and up to where nothing is missing. */
  forEachHead(visit: (key: number, head: number) => void): void {
    for (const number of this.#told) {
      const head = this.#held.contiguous(number);
      if (head > 0) visit(this.#origins.keyOf(number), head);
    }
  }

  /** This node itself where the hash does not count it, although vectors tell of it. */
  silentSelf(): { readonly key: number; readonly head: number } | undefined {
    const number = this.#find(this.#self);
    const head = number === undefined ? 0 : this.#held.contiguous(number);
    if (number === undefined || head === 0 || !this.#silent.has(number)) return undefined;
    return { key: this.#origins.keyOf(number), head };
  }

  followHash(follower: HashFollower): void {
    this.#hash.follow(follower);
  }

  *#toldNumbers(): Generator<number> {
    const self = this.#find(this.#self);
    if (self !== undefined && this.#silent.has(self)) yield self;
    yield* this.#told;
  }

  *#numbersOf(keys: ReadonlySet<number>): Generator<number> {
    for (const order of [this.#silent, this.#told])
      for (const number of order) if (keys.has(this.#origins.keyOf(number))) yield number;
  }

  #entry(number: number, nowMs: number): VectorEntry {
    const origin = this.#origins.originOf(number);
    const contiguous = this.#held.contiguous(number) as Sequence;
    const above = this.#held.above(number).slice(-RANGES_TOLD_MAX);
    const silentMs = Math.floor(nowMs - this.#orderOf(number).timeOf(number));
    return { origin, contiguous, above, ...(silentMs > 0 && { silentMs }) };
  }

  #find(origin: Origin): number | undefined {
    const number = this.#origins.numberOf(origin);
    if (number === undefined) return undefined;
    return this.#told.has(number) || this.#silent.has(number) ? number : undefined;
  }

  #orderOf(number: number): TimeOrder {
    return this.#told.has(number) ? this.#told : this.#silent;
  }

  #enter(origin: Origin, sequence: number, heardAtMs: number, nowMs: number): void {
    if (this.origins >= this.#options.originsMax) this.#evict(nowMs);
    const number = this.#origins.hold(origin);
    this.#held.add(number, sequence, sequence, nowMs);
    this.#putIn(number, heardAtMs, nowMs);
  }

  /** An event newer than all that was seen of its origin. */
  #renew(number: number, sequence: number, heardAtMs: number, nowMs: number): void {
    const beforeMs = this.#orderOf(number).timeOf(number);
    this.#takeOut(number);
    this.#held.add(number, sequence, sequence, nowMs);
    this.#putIn(number, Math.max(beforeMs, heardAtMs), nowMs);
  }

  /** What lies below the newest event makes an origin no younger. */
  #cover(number: number, from: number, to: number, nowMs: number): void {
    const isTold = this.#told.has(number);
    if (isTold) this.#count(number, -1);
    this.#held.add(number, from, to, nowMs);
    if (isTold) this.#count(number, 1);
  }

  #putIn(number: number, heardAtMs: number, nowMs: number): void {
    const { silentOriginMs } = this.#options;
    if (nowMs - heardAtMs < silentOriginMs) {
      this.#told.add(number, heardAtMs);
      this.#count(number, 1);
      return;
    }
    this.#silent.add(number, heardAtMs);
    this.#forgetDueMs = Math.min(this.#forgetDueMs, heardAtMs + 2 * silentOriginMs);
  }

  #takeOut(number: number): void {
    if (this.#silent.delete(number)) return;
    this.#told.delete(number);
    this.#count(number, -1);
  }

  #count(number: number, times: 1 | -1): void {
    const head = this.#held.contiguous(number);
    this.#hash.count(this.#origins.hashOf(number), this.#origins.keyOf(number), head, times);
  }

  #leaveOut(number: number, nowMs: number): void {
    // Of what lies above a hole no digest ever spoke.
    const isBroken = this.#held.above(number).length > 0;
    const atMs = isBroken ? nowMs : this.#held.changedAtMs(number);
    this.#leftOutAtMs = Math.max(this.#leftOutAtMs, atMs);
  }

  #isKept(number: number): boolean {
    const origin = this.#origins.originOf(number);
    return sameOrigin(origin, this.#self) || this.#hooks.isLinked(originId(origin));
  }

  #forgetLongSilent(nowMs: number): void {
    const { silentOriginMs } = this.#options;
    this.#forgetDueMs = Number.POSITIVE_INFINITY;
    for (const number of this.#silent) {
      const dueMs = this.#silent.timeOf(number) + 2 * silentOriginMs;
      if (nowMs < dueMs) {
        this.#forgetDueMs = Math.min(this.#forgetDueMs, dueMs);
        return;
      }
      // Whom peers do not speak of either: it need not be done to the moment.
      if (this.#isKept(number) || (this.#parted.get(number) ?? nowMs) > nowMs)
        this.#forgetDueMs = nowMs + silentOriginMs / LOOKS_PER_AGE;
      else this.#forget(number);
    }
  }

  #evict(nowMs: number): void {
    const number = this.#longestSilent();
    if (number === undefined) return;
    this.#leaveOut(number, nowMs);
    this.#forget(number);
    this.#evicted++;
  }

  /** @returns who makes room: never this node itself, and a linked origin only when there is nobody else */
  #longestSilent(): number | undefined {
    let linked: number | undefined;
    for (const order of [this.#silent, this.#told])
      for (const number of order) {
        if (!this.#isKept(number)) return number;
        if (!sameOrigin(this.#origins.originOf(number), this.#self)) linked ??= number;
      }
    return linked;
  }

  #forget(number: number): void {
    const origin = this.#origins.originOf(number);
    this.#takeOut(number);
    this.#held.clear(number);
    this.#parted.delete(number);
    this.#hooks.forgotten(originId(origin));
    this.#origins.release(number);
  }
}
