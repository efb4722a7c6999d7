import type {
  Announcement,
  AppliedPosition,
  Coherence,
  Origin,
  PollAnswer,
  Scope,
} from '@hearsay/spi';
import type { CounterReading } from './counter-reading.js';

/** Everything that the freshness machine learns from the world. */
export type FreshnessInput =
  /**
   * First use of a scope, before anything of it is cached. Later uses can only add a smaller bound.
   * `boundMs`: readers want proofs no older than this; absent where they do not ask.
   */
  | { readonly kind: 'use-scope'; readonly scope: Scope; readonly boundMs?: number }
  /** Events of other nodes: in any order, any number of times. */
  | { readonly kind: 'gossip'; readonly announcements: readonly Announcement[] }
  /**
   * What this node has just committed (with places), or could not learn the outcome of (without).
   */
  | { readonly kind: 'committed'; readonly announcements: readonly Announcement[] }
  /**
   * What another node says that it has just committed, and will take for dropped here: dropped in
   * any case, while gossip that stands in the chain already is not dropped again (rule S3).
   */
  | { readonly kind: 'revoked'; readonly announcements: readonly Announcement[] }
  /** The answer to effect `poll`; one that is not awaited any more changes nothing. */
  | { readonly kind: 'poll-answer'; readonly pollId: number; readonly answer: PollAnswer }
  | { readonly kind: 'poll-failed'; readonly pollId: number }
  /**
   * A reader needs `freshAsOfMs >= sinceMs`, not after `unsentSinceMs()`. Answered by `proved` or
   * `unproved`.
   */
  | { readonly kind: 'demand'; readonly scope: Scope; readonly sinceMs: number }
  /** A reader with a token waits for this position. */
  | { readonly kind: 'await-position'; readonly position: AppliedPosition }
  /** The coherence of the transport changed. */
  | { readonly kind: 'coherence'; readonly coherence: Coherence }
  /** A member is gone without having said so. `members`: those left in the view, this node included. */
  | { readonly kind: 'member-lost'; readonly members: number }
  /** The living members that follow the same log, `self` included. Without it nobody is asked. */
  | { readonly kind: 'members'; readonly self: Origin; readonly followers: readonly Origin[] }
  /** The answer to effect `ask-counters`; one that is not awaited any more changes nothing. */
  | { readonly kind: 'counters-answer'; readonly pollId: number; readonly reading: CounterReading }
  | { readonly kind: 'ask-failed'; readonly pollId: number }
  /** Another node asks for counters. Answered by `tell-counters` or `tell-nothing`, once. */
  | { readonly kind: 'question'; readonly questionId: number; readonly scopes: readonly Scope[] }
  /** The transport lost events for good. Answered by `gap-closed`. */
  | { readonly kind: 'gap'; readonly gapId: number }
  /**
   * Time passed. To be handed in by `nextDueMs()`, and best before every `poll-answer` too, so that
   * a pause of the process is noticed before anything is proven across it (rule F3).
   * `random` in [0, 1) becomes jitter.
   */
  | { readonly kind: 'tick'; readonly wallMs: number; readonly random: number };
