import { type Origin, originId, type Sequence } from '@hearsay/spi';
import { type Digest, MESSAGE_LIMITS, type OriginHead, type VectorEntry } from './message.js';
import { type HashPair, hashHead, hashOrigin } from './origin-hash.js';
import { type Range, SequenceSet } from './sequence-set.js';

interface Entry {
  readonly origin: Origin;
  readonly hash: HashPair;
  readonly set: SequenceSet;
  changedAtMs: number;
  /** Whether the additive hash counts this origin; the long silent leave it (rule M3). */
  hashed: boolean;
}

export interface VersionVectorOptions {
  /** 1 … `MESSAGE_LIMITS.entriesMax`, so that a vector fits one message. */
  readonly originsMax: number;
  /** G of rule M3: an origin silent for this long leaves the hash and is remembered until 2 G. */
  readonly silentOriginMs: number;
}

/**
 * What this node has of everyone's events, as origin → contiguous sequence with exceptions.
 * Origins stand in the order of their last change, so the hottest are the last.
 */
export class VersionVector {
  readonly #entries = new Map<string, Entry>();
  readonly #options: VersionVectorOptions;
  #hashLow = 0;
  #hashHigh = 0;

  constructor(options: VersionVectorOptions) {
    this.#options = options;
  }

  get origins(): number {
    return this.#entries.size;
  }

  contiguous(origin: Origin): Sequence {
    return this.#entries.get(originId(origin))?.set.contiguous ?? (0 as Sequence);
  }

  highest(origin: Origin): Sequence {
    return this.#entries.get(originId(origin))?.set.highest ?? (0 as Sequence);
  }

  missing(origin: Origin, from: number, to: number): Range[] {
    const entry = this.#entries.get(originId(origin));
    if (entry) return entry.set.missing(from, to);
    return from <= to ? [{ from: from as Sequence, to: to as Sequence }] : [];
  }

  /** @returns whether the event is new here. An unknown origin enters with it (rule M3). */
  add(origin: Origin, sequence: number, nowMs: number): boolean {
    const id = originId(origin);
    const entry = this.#entries.get(id) ?? this.#enter(origin, nowMs);
    if (entry.set.has(sequence)) return false;
    this.#change(id, entry, sequence, sequence, nowMs);
    return true;
  }

  /** Counts a range as held because nothing in it can matter here any more. Unknown origins stay unknown. */
  close(origin: Origin, range: Range, nowMs: number): void {
    const id = originId(origin);
    const entry = this.#entries.get(id);
    if (entry) this.#change(id, entry, range.from, range.to, nowMs);
  }

  /** Lets the long silent leave the hash at age G and be forgotten at 2 G. */
  age(nowMs: number, isLinked: (origin: Origin) => boolean): void {
    for (const [id, entry] of this.#entries) {
      const silentMs = nowMs - entry.changedAtMs;
      if (silentMs < this.#options.silentOriginMs) return;
      if (isLinked(entry.origin)) continue;
      this.#unhash(entry);
      if (silentMs >= 2 * this.#options.silentOriginMs) this.#entries.delete(id);
    }
  }

  digest(): Digest {
    const heads: OriginHead[] = [];
    const ids = [...this.#entries.values()].slice(-MESSAGE_LIMITS.headsMax);
    for (const { origin, set } of ids.reverse())
      if (set.contiguous > 0) heads.push({ origin, sequence: set.contiguous });
    return { heads, hashLow: this.#hashLow, hashHigh: this.#hashHigh };
  }

  agreesWith(digest: Digest): boolean {
    return digest.hashLow === this.#hashLow && digest.hashHigh === this.#hashHigh;
  }

  entries(): VectorEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.hashed)
      .map(({ origin, set }) => ({ origin, contiguous: set.contiguous, above: [...set.above] }));
  }

  #enter(origin: Origin, nowMs: number): Entry {
    if (this.#entries.size >= this.#options.originsMax) this.#forgetMostSilent();
    const entry: Entry = {
      origin,
      hash: hashOrigin(origin),
      set: new SequenceSet(MESSAGE_LIMITS.rangesMax),
      changedAtMs: nowMs,
      hashed: true,
    };
    this.#entries.set(originId(origin), entry);
    return entry;
  }

  #forgetMostSilent(): void {
    const oldest = this.#entries.entries().next().value;
    if (!oldest) return;
    this.#unhash(oldest[1]);
    this.#entries.delete(oldest[0]);
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
