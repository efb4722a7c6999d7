import type { Origin } from '@hearsay/spi';
import type { Claims } from './claims.js';
import type { MeshEffect } from './effect.js';
import type { Horizon } from './horizon.js';
import type { Link } from './link.js';
import {
  type Digest,
  type LeftOut,
  MESSAGE_LIMITS,
  type MeshMessage,
  type VectorEntry,
} from './message.js';
import { Sketch, type SketchItem } from './sketch.js';
import { VectorSketch } from './vector-sketch.js';
import type { VersionVector } from './version-vector.js';

type Message<Kind extends MeshMessage['kind']> = Extract<MeshMessage, { readonly kind: Kind }>;

/** What two nodes say to each other to find out in what their vectors differ. */
export type ComparisonMessage = Message<'vector' | 'sketch' | 'sketch-request' | 'difference'>;

export interface ComparisonOptions {
  /** A vector of more origins is compared by sketches; the same on all nodes, or sketches are only less use. */
  readonly wholeVectorOriginsMax: number;
  /** `false` only to show what repair is worth: digests are sent and ignored. */
  readonly repair: boolean;
}

export interface Comparison {
  readonly effects: MeshEffect[];
  /** The origins whose past has become a gap. */
  readonly proven: readonly Origin[];
  /** Something may be missing here of which nobody can say what it is. */
  readonly isBlind: boolean;
}

/** Digests in a row that must disagree before vectors are compared (rule M3). */
const PATIENCE_MIN = 2;
/** Where comparing again and again finds nothing to repair, as with a peer that claims what nobody has. */
const PATIENCE_MAX = 32;
/** So often a node begins to compare because digests of different peers disagree, one each. */
const BEGIN_EVERY_MS = 500;
/** Mostly enough for 10 origins that differ. */
const CELLS_MIN = 48;
const CELLS_GROWTH = 3;
/** A node asks one peer so often for a whole vector that is too long for every link. */
const WHOLE_EVERY_MS = 2_000;
const ENTRIES_PER_PART = 1_024;
/** Comparisons that one peer may ask for in a second; each is work in proportion to the vector. */
const ASKED_PER_SECOND_MAX = 16;

const NOTHING: Comparison = { effects: [], proven: [], isBlind: false };

/**
 * Compares what a peer has with what is here: by digest on every heartbeat and, where that
 * disagrees, by vector; by sketches of it where it is long, so that comparing costs what differs.
 * What the peer has and this node has not is claimed for repair.
 */
export class AntiEntropy {
  readonly #vector: VersionVector;
  readonly #sketches: VectorSketch;
  readonly #claims: Claims;
  readonly #horizon: Horizon;
  readonly #enabled: boolean;
  readonly #wholeOriginsMax: number;
  /** Digests in a row that disagreed, of whomever. */
  #mismatches = 0;
  #begunAtMs = Number.NEGATIVE_INFINITY;
  #wholeAskedAtMs = Number.NEGATIVE_INFINITY;
  /** Comparisons that were asked for too often. */
  refused = 0;

  constructor(
    vector: VersionVector,
    claims: Claims,
    horizon: Horizon,
    { repair, wholeVectorOriginsMax }: ComparisonOptions,
  ) {
    this.#vector = vector;
    this.#sketches = new VectorSketch(vector);
    this.#claims = claims;
    this.#horizon = horizon;
    this.#enabled = repair;
    this.#wholeOriginsMax = wholeVectorOriginsMax;
  }

  /** Contact begins, or begins anew: vectors are compared before anything is believed. */
  begin(link: Link): void {
    link.compared = !this.#enabled;
    link.mismatches = 0;
    link.patience = 1;
  }

  /** @returns what opens a link */
  greet(link: Link, nowMs: number): MeshEffect[] {
    return this.#enabled ? this.#tell(link, false, nowMs) : [];
  }

  /** What was on its way to the peer is lost: the next digest that differs is enough. */
  needsSync(link: Link): void {
    link.patience = 1;
  }

  /** @param answers whether the digest answers the newest beat, and so is no older than that */
  digest(link: Link, digest: Digest, answers: boolean, nowMs: number): Comparison {
    if (!this.#enabled) return NOTHING;
    const isBlind = this.#isBlind(link, digest, nowMs);
    return { ...NOTHING, effects: this.#digest(link, digest, answers, nowMs), isBlind };
  }

  #digest(link: Link, digest: Digest, answers: boolean, nowMs: number): MeshEffect[] {
    if (link.compared && this.#vector.agreesWith(digest)) {
      this.#mismatches = 0;
      link.mismatches = 0;
      link.patience = PATIENCE_MIN;
      if (answers) this.#horizon.agreed(link);
      return [];
    }
    // Until vectors were compared the past of a joining node cannot be told from what it missed.
    if (link.compared) this.#claims.heads(link, digest.heads, nowMs);
    link.mismatches++;
    this.#mismatches++;
    if (!this.#isDue(link, nowMs)) return [];
    link.mismatches = 0;
    link.patience = Math.min(PATIENCE_MAX, link.patience * 2);
    this.#begunAtMs = nowMs;
    return this.#tell(link, true, nowMs);
  }

  handle(link: Link, message: ComparisonMessage, nowMs: number): Comparison {
    if (!this.#enabled) return NOTHING;
    // biome-ignore lint/nursery/useExhaustiveSwitchCases: it does not resolve Extract<…>; tsc does
    switch (message.kind) {
      case 'vector':
        return this.#vectorOf(link, message, nowMs);
      case 'sketch':
        return this.#sketchOf(link, message, nowMs);
      case 'sketch-request': {
        if (!this.#isAllowed(link, nowMs)) return NOTHING;
        const { cells } = message;
        const effects =
          cells > 0 ? [this.#sketch(link, cells, nowMs)] : this.#whole(link, false, nowMs);
        return { ...NOTHING, effects };
      }
      case 'difference':
        return this.#differenceOf(link, message, nowMs);
    }
  }

  /**
   * The second disagreement of a peer in a row is a reason, and so is that of another peer, for in a
   * large cluster the same one comes round late.
   */
  #isDue(link: Link, nowMs: number): boolean {
    if (link.mismatches >= link.patience) return true;
    return (
      this.#mismatches >= PATIENCE_MIN &&
      link.patience <= PATIENCE_MIN &&
      nowMs - this.#begunAtMs >= BEGIN_EVERY_MS
    );
  }

  #vectorOf(link: Link, message: Message<'vector'>, nowMs: number): Comparison {
    const { entries, reply, more = false } = message;
    const isBlind = this.#isBlind(link, message, nowMs);
    const compared = this.#compare(link, entries, more, nowMs);
    const effects = reply && this.#isAllowed(link, nowMs) ? this.#tell(link, false, nowMs) : [];
    return { ...compared, effects, isBlind: isBlind || compared.isBlind };
  }

  #sketchOf(link: Link, message: Message<'sketch'>, nowMs: number): Comparison {
    if (!this.#isAllowed(link, nowMs)) return NOTHING;
    const isBlind = this.#isBlind(link, message, nowMs);
    const items = this.#sketches.difference(Sketch.of(message.cells));
    const effects = items
      ? this.#tellDifference(link, items, nowMs)
      : this.#askForMore(link, message, nowMs);
    return { effects, proven: [], isBlind };
  }

  #differenceOf(link: Link, message: Message<'difference'>, nowMs: number): Comparison {
    const { entries, wanted } = message;
    const compared = this.#compare(link, entries, false, nowMs);
    if (wanted.length === 0 || !this.#isAllowed(link, nowMs)) return compared;
    return { ...compared, effects: this.#difference(link, new Set(wanted), [], nowMs) };
  }

  /** Each side is told what it is behind in. */
  #tellDifference(link: Link, items: readonly SketchItem[], nowMs: number): MeshEffect[] {
    const theirs = new Map<number, number>();
    for (const { key, head, isMine } of items) if (!isMine) theirs.set(key, head);
    const ahead = new Set<number>();
    for (const { key, head, isMine } of items)
      if (isMine && (theirs.get(key) ?? 0) < head) ahead.add(key);
    const heads = this.#vector.headsOf(new Set(theirs.keys()));
    const wanted = [...theirs].filter(([key, head]) => (heads.get(key) ?? 0) < head);
    if (wanted.length === 0) this.#settle(link, false, nowMs);
    return this.#difference(
      link,
      ahead,
      wanted.map(([key]) => key),
      nowMs,
    );
  }

  /** Where a longer sketch would cost as much as the vector, the vector is asked for. */
  #askForMore(link: Link, { cells, origins }: Message<'sketch'>, nowMs: number): MeshEffect[] {
    const least = 2 * Math.abs(origins - this.#vector.told);
    const longer = Math.max(CELLS_GROWTH * cells.length, least);
    if (longer <= Math.min(MESSAGE_LIMITS.cellsMax, origins))
      return [this.#send(link, { kind: 'sketch-request', cells: longer })];
    if (nowMs - this.#wholeAskedAtMs < WHOLE_EVERY_MS) return [];
    this.#wholeAskedAtMs = nowMs;
    return [this.#send(link, { kind: 'sketch-request', cells: 0 })];
  }

  /** @param more whether another part of the same vector follows */
  #compare(link: Link, entries: readonly VectorEntry[], more: boolean, nowMs: number): Comparison {
    const { isBehind, proven, isBlind } = this.#claims.entries(link, entries, more, nowMs);
    if (!more) this.#settle(link, isBehind, nowMs);
    return { effects: [], proven, isBlind };
  }

  #settle(link: Link, isBehind: boolean, nowMs: number): void {
    link.compared = true;
    if (!this.#claims.isFull) this.#horizon.compared(link, nowMs);
    link.patience = isBehind ? PATIENCE_MIN : Math.max(PATIENCE_MIN, link.patience);
  }

  #isBlind(link: Link, { leftOutMs }: LeftOut, nowMs: number): boolean {
    this.#horizon.repaired(link, this.#claims.missingSinceMs);
    return leftOutMs !== undefined && this.#horizon.hides(link, nowMs - leftOutMs);
  }

  /** Whoever asks for more than an honest peer has reason to is not answered. */
  #isAllowed(link: Link, nowMs: number): boolean {
    if (nowMs - link.askedSinceMs >= 1_000) {
      link.askedSinceMs = nowMs;
      link.asked = 0;
    }
    if (++link.asked <= ASKED_PER_SECOND_MAX) return true;
    this.refused++;
    return false;
  }

  /** @param reply whether the peer is to answer in kind; a sketch is always answered */
  #tell(link: Link, reply: boolean, nowMs: number): MeshEffect[] {
    return link.sketches && this.#vector.told > this.#wholeOriginsMax
      ? [this.#sketch(link, CELLS_MIN, nowMs)]
      : this.#whole(link, reply, nowMs);
  }

  #sketch(link: Link, cells: number, nowMs: number): MeshEffect {
    return this.#send(link, {
      kind: 'sketch',
      cells: this.#sketches.of(cells).cells(),
      origins: this.#vector.told,
      ...this.#vector.leftOut(nowMs),
    });
  }

  #whole(link: Link, reply: boolean, nowMs: number): MeshEffect[] {
    const parts = partsOf(this.#vector.entries(nowMs));
    return parts.map((entries, i) => {
      const more = i < parts.length - 1;
      return this.#send(link, {
        kind: 'vector',
        entries,
        reply: reply && !more,
        ...(more ? { more } : this.#vector.leftOut(nowMs)),
      });
    });
  }

  /** @param keys of those whose entries are told */
  #difference(
    link: Link,
    keys: ReadonlySet<number>,
    wanted: readonly number[],
    nowMs: number,
  ): MeshEffect[] {
    return partsOf(this.#vector.entriesOf(keys, nowMs)).map((entries, i) =>
      this.#send(link, {
        kind: 'difference',
        entries,
        wanted: i === 0 ? wanted : [],
      }),
    );
  }

  #send(link: Link, message: ComparisonMessage): MeshEffect {
    return { kind: 'send', to: link.peer, message };
  }
}

/** @returns at least one part, so that also nothing is said */
function partsOf(entries: readonly VectorEntry[]): (readonly VectorEntry[])[] {
  if (entries.length <= ENTRIES_PER_PART) return [entries];
  const parts: (readonly VectorEntry[])[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_PER_PART)
    parts.push(entries.slice(from, from + ENTRIES_PER_PART));
  return parts;
}
