import { type Origin, originId, type Sequence } from '@hearsay/spi';
import { type Digest, MESSAGE_LIMITS, type OriginHead, type VectorEntry } from './message.js';
import { type HashPair, hashHead, hashOrigin } from './origin-hash.js';
import { type Range, rangeOf, SequenceSet } from './sequence-set.js';

interface Entry {
  readonly origin: Origin;
  readonly hash: HashPair;
  readonly set: SequenceSet;
  changedAtMs: number;
  /** Whether digests and vectors speak of this origin; the long silent leave them (rule M3). */
  hashed: boolean;
}

export interface VersionVectorOptions {
  /**
   * More than the processes that are alive within G; 1 … `MESSAGE_LIMITS.entriesMax`, so that a
   * vector fits one message.
   */
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

/**
 * What this node has of everyone's events, as origin → contiguous sequence with exceptions.
 * Origins stand in the order of their last change, so the hottest are the last.
 */
export class VersionVector {
  readonly #selfId: string;
  readonly #entries = new Map<string, Entry>();
  readonly #options: VersionVectorOptions;
  readonly #hooks: VersionVectorHooks;
  #hashLow = 0;
  #hashHigh = 0;

  constructor(self: Origin, options: VersionVectorOptions, hooks: VersionVectorHooks) {
    this.#selfId = originId(self);
    this.#options = options;
    this.#hooks = hooks;
  }

  get origins(): number {
    return this.#entries.size;
  }

  contiguous(origin: Origin): Sequence {
    return this.#entries.get(originId(origin))?.set.contiguous ?? (0 as Sequence);
  }

  /** The highest sequence of which an event was seen here; 0 when none. */
  highest(origin: Origin): Sequence {
    return this.#entries.get(originId(origin))?.set.highest ?? (0 as Sequence);
  }

  missing(origin: Origin, from: number, to: number): Range[] {
    const entry = this.#entries.get(originId(origin));
    if (entry) return entry.set.missing(from, to);
    return from <= to ? [rangeOf(from, to)] : [];
  }

  /** @returns whether the event is new here. An unknown origin enters with it (rule M3). */
  add(origin: Origin, sequence: number, nowMs: number): boolean {
    const id = originId(origin);
    const entry = this.#entries.get(id) ?? this.#enter(id, origin, nowMs);
    if (entry.set.has(sequence)) return false;
    this.#change(id, entry, sequence, sequence, nowMs);
    return true;
  }

  /**
   * Counts a range as held because it is lost and declared so. Nothing above the highest event seen
   * is closed: a head alone is only a claim (rule F8). Unknown origins stay unknown.
   */
  close(origin: Origin, range: Range, nowMs: number): void {
    const id = originId(origin);
    const entry = this.#entries.get(id);
    if (!entry) return;
    const to = Math.min(range.to, entry.set.highest);
    if (range.from <= to) this.#change(id, entry, range.from, to, nowMs);
  }

  /** Lets the long silent leave the hash at age G and, unless they are linked, be forgotten at 2 G. */
  age(nowMs: number): void {
    for (const [id, entry] of this.#entries) {
      const silentMs = nowMs - entry.changedAtMs;
      if (silentMs < this.#options.silentOriginMs) return;
      this.#unhash(entry);
      if (silentMs >= 2 * this.#options.silentOriginMs && !this.#isKept(id)) this.#forget(id);
    }
  }

  digest(): Digest {
    const hottest = [...this.#entries.values()].slice(-MESSAGE_LIMITS.headsMax).reverse();
    const heads: OriginHead[] = [];
    for (const { origin, set, hashed } of hottest)
      if (hashed && set.contiguous > 0) heads.push({ origin, sequence: set.contiguous });
    return { heads, hashLow: this.#hashLow, hashHigh: this.#hashHigh };
  }

  agreesWith(digest: Digest): boolean {
    return digest.hashLow === this.#hashLow && digest.hashHigh === this.#hashHigh;
  }

  /** All that the hash counts, and always this node itself, so that who links to it learns its head. */
  entries(): VectorEntry[] {
    const entries: VectorEntry[] = [];
    for (const [id, { origin, set, hashed }] of this.#entries) {
      if (!hashed && id !== this.#selfId) continue;
      entries.push({
        origin,
        contiguous: set.contiguous,
        above: set.above.slice(-RANGES_TOLD_MAX),
      });
    }
    return entries;
  }

  #enter(id: string, origin: Origin, nowMs: number): Entry {
    if (this.#entries.size >= this.#options.originsMax) this.#forgetMostSilent();
    const entry: Entry = {
      origin,
      hash: hashOrigin(origin),
      set: new SequenceSet(MESSAGE_LIMITS.rangesMax),
      changedAtMs: nowMs,
      hashed: true,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  #isKept(id: string): boolean {
    return id === this.#selfId || this.#hooks.isLinked(id);
  }

  /** This node itself is never forgotten, a linked origin only when there is nobody else. */
  #forgetMostSilent(): void {
    let victim: string | undefined;
    for (const id of this.#entries.keys()) {
      if (id === this.#selfId) continue;
      victim ??= id;
      if (this.#hooks.isLinked(id)) continue;
      victim = id;
      break;
    }
    if (victim !== undefined) this.#forget(victim);
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry) this.#unhash(entry);
    this.#entries.delete(id);
    this.#hooks.forgotten(id);
  }

  #change(id: string, entry: Entry, from: number, to: number, nowMs: number): void {
    this.#unhash(entry);
    entry.set.add(from, to);
    const share = hashHead(entry.hash, entry.set.contiguous);
    this.#hashLow = (this.#hashLow + share.low) >>> 0;
    this.#hashHigh = (this.#hashHigh + share.high) >>> 0;
    entry.hashed = true;
    entry.changedAtMs = nowMs;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  #unhash(entry: Entry): void {
    if (!entry.hashed) return;
    const share = hashHead(entry.hash, entry.set.contiguous);
    this.#hashLow = (this.#hashLow - share.low) >>> 0;
    this.#hashHigh = (this.#hashHigh - share.high) >>> 0;
    entry.hashed = false;
  }
}
