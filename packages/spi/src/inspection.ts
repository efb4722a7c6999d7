import type { Coherence } from './coherence.js';
import type { Origin } from './words.js';

/** One other node as this node sees it. */
export interface PeerInspection {
  readonly origin: Origin;
  readonly addresses: readonly string[];
  /** Monotonic milliseconds since the last acknowledged round trip; `undefined` before the first. */
  readonly silentForMs: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly sendQueueBytes: number;
  /** What both sides speak on the link; absent where nothing is negotiated. */
  readonly protocolVersion?: number;
}

/** What a transport says of itself. Counters only grow within one epoch. */
export interface TransportInspection {
  readonly transport: string;
  readonly coherence: Coherence;
  /** Where others reach this node, or the broker, without credentials. */
  readonly addresses: readonly string[];
  /** What this node listens on, whether it tells others or not; absent where it does not listen. */
  readonly listening?: readonly string[];
  /** Members that were heard at least once; empty where the medium does not tell them apart. */
  readonly peers: readonly PeerInspection[];
  /** What waits for no peer in particular (a broker's outbox); absent where each peer has its queue. */
  readonly sendQueueBytes?: number;
  readonly counters: Readonly<Record<string, number>>;
}
