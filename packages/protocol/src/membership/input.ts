import type { Origin } from '@hearsay/spi';
import type { Evidence } from './member.js';
import type { MembershipMessage } from './message.js';
import type { Metadata } from './metadata.js';

/** Everything that can happen to a node's membership. */
export type MembershipInput =
  /**
   * A peer was admitted and can be sent to: a direct, authenticated proof of life. Comes before any
   * message of that peer. What the peer said of itself may be left out; its table brings it.
   */
  | {
      readonly kind: 'linked';
      readonly peer: Origin;
      readonly addresses: readonly string[];
      readonly metadata?: Metadata;
    }
  /**
   * The last connection to the peer is gone, or a new one was refused by its kernel. No proof of
   * death: the peer is probed at once. `closed`: the other side did it. `silent`: this side dropped
   * it, or nobody can tell.
   */
  | { readonly kind: 'unlinked'; readonly peer: Origin; readonly evidence: Evidence }
  /** This node stops for good: the peers are told. Nothing is decided after it. */
  | { readonly kind: 'leave' }
  /** What others shall know of this node from now on; what is left out stays. */
  | {
      readonly kind: 'update-self';
      readonly addresses?: readonly string[];
      readonly metadata?: Metadata;
    }
  | { readonly kind: 'message'; readonly from: Origin; readonly message: MembershipMessage }
  /** An acknowledged round trip with a linked peer that was seen elsewhere. */
  | { readonly kind: 'reached'; readonly peer: Origin }
  | {
      readonly kind: 'tick';
      /** [0, 1), fresh on each tick. */
      readonly random: number;
      /** 99th percentile of this process's event-loop delay since the tick before. */
      readonly eventLoopDelayMs: number;
    };
