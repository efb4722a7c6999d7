import type { Coherence } from './transport.js';
import type { Origin } from './words.js';

/** One other node as this node sees it. */
export interface PeerInspection {
  readonly origin: Origin;
  readonly addresses: readonly string[];
  /** Monotonic milliseconds since the last acknowledged round trip; `undefined` before the first. */
  readonly silentForMs: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly sendQueueBytes: number;
}

/** What a transport says of itself. Counters only grow within one epoch. */
export interface TransportInspection {
  readonly transport: string;
  readonly coherence: Coherence;
  readonly addresses: readonly string[];
  readonly peers: readonly PeerInspection[];
  readonly counters: Readonly<Record<string, number>>;
}
