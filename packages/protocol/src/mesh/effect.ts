import type { Coherence, InvalidationEvent, Origin } from '@hearsay/spi';
import type { MeshMessage, SequenceRange } from './message.js';

/** Everything that a mesh node does. */
export type MeshEffect =
  | { readonly kind: 'send'; readonly to: Origin; readonly message: MeshMessage }
  /** To every member, by the medium that is in use. Only `events`. */
  | {
      readonly kind: 'broadcast';
      readonly message: Extract<MeshMessage, { readonly kind: 'events' }>;
    }
  /** Hand to the host; each event of each origin at least once, this node's own never. */
  | { readonly kind: 'deliver'; readonly events: readonly InvalidationEvent[] }
  /** The peer is silent or replaced: drop the connection. */
  | { readonly kind: 'close-link'; readonly peer: Origin; readonly reason: string }
  /** Events are lost for good; answer `gap-closed` once the host has closed the gap. */
  | {
      readonly kind: 'open-gap';
      readonly gapId: number;
      readonly reason: string;
      /** What is lost, as far as it is known; empty when it cannot be told. */
      readonly lost: readonly SequenceRange[];
    }
  | { readonly kind: 'coherence'; readonly coherence: Coherence };
