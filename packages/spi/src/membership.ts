import type { Origin } from './words.js';

/** What a node says of itself to all others: at most 16 short entries. */
export type MemberMetadata = Readonly<Record<string, string>>;

/**
 * - `alive`: it answers, or others say so
 * - `suspect`: it did not answer, and has time left to prove that it is alive; still a member
 * - `dead`: it did not, or its process is gone; remembered for a while
 * - `left`: it said goodbye
 */
export type MembershipState = 'alive' | 'suspect' | 'dead' | 'left';

/** One node as this node believes it to be. */
export interface MemberInspection {
  readonly origin: Origin;
  /** `host:port`; what others dial. */
  readonly addresses: readonly string[];
  readonly metadata: MemberMetadata;
  readonly state: MembershipState;
  /** For people: why it is in this state. */
  readonly reason: string;
  /** Only the node itself raises it: to refute a suspicion, or to say something new of itself. */
  readonly incarnation: number;
  /** Since when it is in this state, on this node's monotonic clock. */
  readonly sinceMs: number;
}

export interface MembershipChange {
  readonly member: MemberInspection;
  /**
   * `undefined` for who is new; equal to the state when only addresses or metadata changed, or (reason
   * `expired`) when the member is forgotten.
   */
  readonly before: MembershipState | undefined;
}

/** The optional port of a transport that knows its members. */
export interface TransportMembership {
  /** Ordered by name and epoch, this node included; the dead and the left while they are remembered. */
  members(): readonly MemberInspection[];
  localMember(): MemberInspection;
  /** 16 hex digits that are equal on two nodes exactly if the same members are alive or suspect there. */
  viewHash(): string;
  /** @returns a function that removes the listener, which must not throw */
  onChange(listener: (change: MembershipChange) => void): () => void;
  /**
   * Replaces this node's metadata, live, for all.
   * @throws {MetadataTooLargeError} the old metadata stays
   */
  updateMetadata(metadata: MemberMetadata): void;
}
