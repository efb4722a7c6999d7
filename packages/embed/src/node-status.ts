import type { ResetReason, StrictScopeStatus, UnreadyReason } from '@hearsay/protocol';
import type {
  MembershipChange,
  NodeCoherence,
  Scope,
  ScopeStatus,
  TransportInspection,
  Version,
} from '@hearsay/spi';
import type { Via } from './freshness-driver.js';
import type { StrictCounters } from './strict-scopes.js';

/** What happened, for people and tests. A listener that throws is logged and changes nothing. */
export interface HearsayEvents {
  /** All invalidations of the scope up to this version are applied here. */
  applied: [{ readonly scope: Scope; readonly appliedThrough: Version; readonly via: Via }];
  reset: [{ readonly scope: Scope; readonly reason: ResetReason }];
  coherence: [NodeCoherence];
  /** Somebody joined, is suspected, died, left, came back or changed what it says of itself. */
  member: [MembershipChange];
}

export interface HearsayCounters extends StrictCounters {
  appliedByGossip: number;
  appliedByLog: number;
  appliedLocally: number;
  resets: number;
  /** Those of them that a jump between wall and monotonic time made (rule F3). */
  resetsByClockJump: number;
  polls: number;
  pollsFailed: number;
  /** Proofs that another member's poll gave, and those that could not be had. */
  pollsShared: number;
  pollsNotShared: number;
  /** Questions of other members that a poll here has answered. */
  pollsForOthers: number;
}

export interface HearsayStatus {
  readonly node: string;
  readonly epoch: string;
  readonly coherence: NodeCoherence;
  /** Whether the newest poll of the log was answered; `undefined` without a log or before the first. */
  readonly logReachable: boolean | undefined;
  /** Why it was not, on one line. */
  readonly logFailure: string | undefined;
  /** What others are told to dial, as `host:port`. */
  readonly addresses: readonly string[];
  /** What this node listens on. */
  readonly listening: readonly string[];
  readonly peers: TransportInspection['peers'];
  readonly scopes: readonly ScopeStatus[];
  /** Scopes that are served under a lease, and how long their rights last. */
  readonly strictScopes: readonly StrictScopeStatus[];
  /** Whether this node can keep its promises a little longer (invariant H); degrades before a bound breaks. */
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly unready: readonly UnreadyReason[];
  readonly counters: Readonly<HearsayCounters>;
  readonly transport: TransportInspection | undefined;
  /** Where the admin API listens: `http://host:port`, or `unix:` and a path. */
  readonly adminAddress: string | undefined;
}
