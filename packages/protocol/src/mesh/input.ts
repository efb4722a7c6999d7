import type { Announcement, Origin } from '@hearsay/spi';
import type { EventRun, MeshMessage } from './message.js';

/** Everything that can happen to a mesh node. */
export type MeshInput =
  /** This node announces; at most `LIMITS.batchEventsMax`. */
  | { readonly kind: 'publish'; readonly announcements: readonly Announcement[] }
  /** A peer was admitted and can be sent to. `sketches`: it knows them, as this release does (default). */
  | { readonly kind: 'link-up'; readonly peer: Origin; readonly sketches?: boolean }
  | { readonly kind: 'link-down'; readonly peer: Origin }
  /** What waited to be sent to the peer was thrown away: it needs sync. */
  | { readonly kind: 'needs-sync'; readonly peer: Origin }
  /** A message from an admitted peer over its link. */
  | { readonly kind: 'message'; readonly from: Origin; readonly message: MeshMessage }
  /** Events that came over a shared medium, whoever forwarded them. */
  | { readonly kind: 'events'; readonly runs: readonly EventRun[] }
  /** How many other nodes discovery knows now. */
  | { readonly kind: 'others-known'; readonly count: number }
  | { readonly kind: 'gap-closed'; readonly gapId: number }
  /** @param random [0, 1) */
  | { readonly kind: 'tick'; readonly random: number };
