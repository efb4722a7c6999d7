import type { Announcement, Origin, Sequence } from '@hearsay/spi';

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

/** A version vector in constant size: the hottest heads, and two additive 32-bit hashes over all of it. */
export interface Digest {
  readonly heads: readonly OriginHead[];
  readonly hashLow: number;
  readonly hashHigh: number;
}

/** Everything that two admitted nodes say to each other. The mesh machine sends and handles these and nothing else. */
export type MeshMessage =
  | { readonly kind: 'events'; readonly runs: readonly EventRun[] }
  | { readonly kind: 'heartbeat'; readonly beat: number; readonly digest: Digest }
  | { readonly kind: 'heartbeat-ack'; readonly beat: number; readonly digest: Digest }
  /** `reply`: send yours too. */
  | { readonly kind: 'vector'; readonly entries: readonly VectorEntry[]; readonly reply: boolean }
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
  pullRangesMax: 1024,
} as const;
