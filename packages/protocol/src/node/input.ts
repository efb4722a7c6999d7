import type { Origin } from '@hearsay/spi';
import type { Evidence, MembershipInput, Metadata } from '../membership/index.js';
import type { MeshInput } from '../mesh/index.js';
import type { NodeMessage } from './message.js';

/** Everything that can happen to a node of the mesh. */
export type NodeInput =
  | Extract<
      MeshInput,
      { readonly kind: 'publish' | 'events' | 'others-known' | 'gap-closed' | 'needs-sync' }
    >
  | Extract<MembershipInput, { readonly kind: 'leave' | 'update-self' }>
  /** A peer was admitted and can be sent to. A link that replaces another of the same peer comes without a `link-down`. */
  | {
      readonly kind: 'link-up';
      readonly peer: Origin;
      readonly addresses: readonly string[];
      readonly metadata?: Metadata;
      /** Whether it knows sketches of vectors, as this release does (default). */
      readonly sketches?: boolean;
    }
  /** The last connection to the peer is gone, or a dial was refused. `closed`: by the other side. */
  | { readonly kind: 'link-down'; readonly peer: Origin; readonly evidence: Evidence }
  | { readonly kind: 'message'; readonly from: Origin; readonly message: NodeMessage }
  /** Every 100 ms. `random` in [0, 1); `eventLoopDelayMs` is the 99th percentile since the last tick. */
  | { readonly kind: 'tick'; readonly random: number; readonly eventLoopDelayMs: number };
