import type { MembershipMessage, MemberUpdate } from '../membership/index.js';
import type { Digest, MeshMessage } from '../mesh/index.js';

/**
 * A heartbeat is one message of both machines: the ping of membership and the digest of repair. So is
 * its acknowledgement.
 */
export interface Heartbeat {
  readonly kind: 'heartbeat' | 'heartbeat-ack';
  /** The sequence of the ping, 1 … 2⁵³−1. */
  readonly beat: number;
  readonly digest: Digest;
  /** At most `MEMBERSHIP_MESSAGE_LIMITS.updatesMax`. */
  readonly updates: readonly MemberUpdate[];
}

/** Everything that two admitted nodes say to each other. */
export type NodeMessage =
  | Exclude<MeshMessage, { readonly kind: 'heartbeat' | 'heartbeat-ack' }>
  | Heartbeat
  | Extract<MembershipMessage, { readonly kind: 'ping-request' | 'ping-result' | 'members' }>;
