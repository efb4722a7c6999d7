import type { Announcement, Origin, Sequence } from '@hearsay/spi';
import type { SketchCell } from './sketch.js';

/** Consecutive events of one origin: `announcements[i]` has the sequence `first + i`. Never empty. */
export interface EventRun {
  readonly origin: Origin;
  readonly first: Sequence;
  readonly announcements: readonly Announcement[];
}

/** Sequences of one origin, both ends included, 1 ≤ from ≤ to. */
export interface SequenceRange {
  readonly origin: Origin;
  readonly from: Sequence;
  readonly to: Sequence;
}

/**
 * What one node has of one origin: all of 1..contiguous, and the highest of the ranges above it
 * (ascending, disjoint, at most `rangesMax`).
 */
export interface VectorEntry {
  readonly origin: Origin;
  readonly contiguous: Sequence;
  readonly above: readonly { readonly from: Sequence; readonly to: Sequence }[];
  /** For how long nothing new was heard of it, by anyone; absent: 0. */
  readonly silentMs?: number;
}

/** @returns the highest sequence that the entry tells of */
export function highestTold(entry: VectorEntry): Sequence {
  return entry.above.at(-1)?.to ?? entry.contiguous;
}

/** The contiguous head of one origin. */
export interface OriginHead {
  readonly origin: Origin;
  readonly sequence: Sequence;
}

/** Said along with what is told of a vector: how much of it is not told any more. */
export interface LeftOut {
  /**
   * How long ago the sender last learned anything of the origins of whom it does not tell any more;
   * absent: it tells of everyone of whom it ever heard, or does not know this field.
   */
  readonly leftOutMs?: number;
}

/**
 * A version vector in constant size: the hottest heads, none while all is quiet, and two additive
 * 32-bit hashes over all of it.
 */
export interface Digest extends LeftOut {
  readonly heads: readonly OriginHead[];
  readonly hashLow: number;
  readonly hashHigh: number;
}

/** Everything that two admitted nodes say to each other. The mesh machine sends and handles these and nothing else. */
export type MeshMessage =
  | { readonly kind: 'events'; readonly runs: readonly EventRun[] }
  | { readonly kind: 'heartbeat'; readonly beat: number; readonly digest: Digest }
  | { readonly kind: 'heartbeat-ack'; readonly beat: number; readonly digest: Digest }
  /** `reply`: send yours too. `more`: another part of the same vector follows. */
  | (LeftOut & {
      readonly kind: 'vector';
      readonly entries: readonly VectorEntry[];
      readonly reply: boolean;
      readonly more?: boolean;
    })
  /** The first cells of the sketch of a vector with so many origins. Never without cells. */
  | (LeftOut & {
      readonly kind: 'sketch';
      readonly cells: readonly SketchCell[];
      readonly origins: number;
    })
  /** The sketch tells too little: one with so many cells, please; 0: the whole vector. */
  | { readonly kind: 'sketch-request'; readonly cells: number }
  /** What the sender has of the origins that differ, and the keys of those whose entries it wants. */
  | {
      readonly kind: 'difference';
      readonly entries: readonly VectorEntry[];
      readonly wanted: readonly number[];
    }
  | { readonly kind: 'pull'; readonly ranges: readonly SequenceRange[] }
  /** The pulled ranges that the sender's journal does not hold. */
  | { readonly kind: 'missing'; readonly ranges: readonly SequenceRange[] }
  | { readonly kind: 'leave' };

/** Bounds of a message, inclusive; the decoder refuses what exceeds them and the machine never sends it. */
export const MESSAGE_LIMITS = {
  frameBytesMax: 1_048_576,
  runsMax: 1024,
  eventsMax: 4096,
  headsMax: 16,
  entriesMax: 4096,
  rangesMax: 64,
  cellsMax: 4096,
  wantedMax: 4096,
  pullRangesMax: 1024,
} as const;
