import type { Origin, PollRequest, Scope, Target, Version } from '@hearsay/spi';
import type { CounterReading } from './counter-reading.js';

/**
 * Why everything of a scope was dropped.
 * - `first-use`: the scope begins at the counters that were read (rule L5)
 * - `chain-broken`: a commit that was applied here is not in the log any more (rule L1)
 * - `below-floor`: rows that were needed are pruned (rule L4)
 * - `rows-lost`: rows above the floor are missing: someone else deletes from the log
 * - `log-changed`: another log answers (rule L8)
 * - `clock-jump`: this process, or a clock of it, stood still (rule F3)
 * - `gap`: lost events of a scope without a log (rule F8)
 */
export type ResetReason =
  | 'first-use'
  | 'chain-broken'
  | 'below-floor'
  | 'rows-lost'
  | 'log-changed'
  | 'clock-jump'
  | 'gap';

/**
 * What the driver does next, in this order. A scope's `apply` and `reset` stand before the
 * `advanced`, `proved` or `gap-closed` that relies on them.
 */
export type FreshnessEffect =
  /**
   * Read the log, beginning after this moment; answer with `poll-answer` or `poll-failed`, once.
   */
  | { readonly kind: 'poll'; readonly pollId: number; readonly request: PollRequest }
  /**
   * Ask this member for its counters, beginning after this moment; answer with `counters-answer` or,
   * after `timeoutMs` at the latest, `ask-failed`, once.
   */
  | {
      readonly kind: 'ask-counters';
      readonly pollId: number;
      readonly peer: Origin;
      readonly scopes: readonly Scope[];
      readonly timeoutMs: number;
    }
  /** The answer to input `question`. */
  | {
      readonly kind: 'tell-counters';
      readonly questionId: number;
      readonly reading: CounterReading;
    }
  /** There is no answer to input `question`: another node may have one. */
  | { readonly kind: 'tell-nothing'; readonly questionId: number }
  /** Drop these from the caches of the scope and void covered tickets. Never empty. */
  | {
      readonly kind: 'apply';
      readonly scope: Scope;
      readonly targets: readonly Target[];
      readonly via: Via;
    }
  /**
   * Drop everything of the scope and void all its tickets. `appliedThrough` as it is from now on.
   */
  | {
      readonly kind: 'reset';
      readonly scope: Scope;
      readonly reason: ResetReason;
      readonly appliedThrough: Version | undefined;
    }
  | {
      readonly kind: 'advanced';
      readonly scope: Scope;
      readonly appliedThrough: Version;
      readonly via: Via;
    }
  /** Readers of the scope that need `sinceMs <= freshAsOfMs` are served. */
  | { readonly kind: 'proved'; readonly scope: Scope; readonly freshAsOfMs: number }
  /**
   * Readers of the scope that wait for this `sinceMs` or an earlier one are told that it failed.
   */
  | { readonly kind: 'unproved'; readonly scope: Scope; readonly sinceMs: number }
  | { readonly kind: 'gap-closed'; readonly gapId: number }
  /** The outcome of the first poll, then every change. */
  | { readonly kind: 'log-reachable'; readonly reachable: boolean };

/** How it got here: from another node, from the log, or written here. */
export type Via = 'gossip' | 'log' | 'local';
