import type { FaultKind } from './faults.ts';

/** One fault of a recipe: when it begins after the first, and for how long. Milliseconds. */
export interface Ingredient {
  readonly kind: FaultKind;
  readonly afterMs: readonly [min: number, max: number];
  readonly forMs: readonly [min: number, max: number];
}

const AT_ONCE = [0, 0] as const;
const SOON = [50, 1_500] as const;
const LATER = [1_000, 4_000] as const;
const LONG = [5_000, 11_000] as const;
const MOMENT = [20, 300] as const;

/**
 * Combinations at one node that chance alone seldom brings about, each known to break a system that
 * lacks one mechanism. Chance chooses among them, and when, where and for how long.
 */
export const RECIPES = {
  /** Cut off from everything while the log forgets what it needs (L4). */
  'pruned-meanwhile': [
    { kind: 'isolate', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'database-cut', afterMs: AT_ONCE, forMs: [3_000, 5_000] },
    { kind: 'flood', afterMs: MOMENT, forMs: MOMENT },
    { kind: 'prune', afterMs: LATER, forMs: MOMENT },
  ],
  /** Behind when another log takes this one's place (L8). */
  'replaced-meanwhile': [
    { kind: 'isolate', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'database-cut', afterMs: AT_ONCE, forMs: [2_000, 5_000] },
    { kind: 'log-replaced', afterMs: LATER, forMs: MOMENT },
  ],
  /** Commits lost, and their numbers given again before the node looks (L1). */
  'lost-meanwhile': [
    { kind: 'isolate', afterMs: SOON, forMs: LONG },
    { kind: 'database-cut', afterMs: SOON, forMs: [1_000, 4_000] },
    { kind: 'failover', afterMs: LATER, forMs: MOMENT },
    { kind: 'crash-after-commit', afterMs: LATER, forMs: LATER },
  ],
  /** The database loses the leases of a node that goes on without anyone (S4). */
  'leases-lost': [
    { kind: 'isolate', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'database-cut', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'failover', afterMs: MOMENT, forMs: MOMENT },
  ],
  /** A backup takes back more than is remembered, and numbers come again before the node looks (L1, L8). */
  'restored-meanwhile': [
    { kind: 'flood', afterMs: AT_ONCE, forMs: MOMENT },
    { kind: 'isolate', afterMs: [1_500, 2_000], forMs: LONG },
    { kind: 'database-cut', afterMs: [1_500, 2_000], forMs: LONG },
    { kind: 'restore', afterMs: [2_000, 2_500], forMs: MOMENT },
  ],
  /** Nothing to hear from anyone (F7, H). */
  'cut-off-from-all': [
    { kind: 'isolate', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'database-cut', afterMs: MOMENT, forMs: LONG },
  ],
  /** A suspended machine wakes up with nobody to ask (F3). */
  'wakes-alone': [
    { kind: 'suspend', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'database-cut', afterMs: SOON, forMs: [10_000, 12_000] },
    { kind: 'isolate', afterMs: SOON, forMs: [10_000, 12_000] },
  ],
  /** More events than journals hold, while somebody is away (F8). */
  'overflow-meanwhile': [
    { kind: 'isolate', afterMs: AT_ONCE, forMs: [2_000, 6_000] },
    { kind: 'flood', afterMs: SOON, forMs: MOMENT },
    { kind: 'flood', afterMs: SOON, forMs: MOMENT },
    { kind: 'flood', afterMs: SOON, forMs: MOMENT },
  ],
  /** What only the dead one said, heard by one other who is then cut off. */
  'last-words': [
    { kind: 'loss', afterMs: AT_ONCE, forMs: [2_000, 5_000] },
    { kind: 'crash', afterMs: SOON, forMs: LATER },
    { kind: 'isolate', afterMs: LATER, forMs: LATER },
  ],
  /** Cut off from the others, with the log in reach (M2), or as good as alone without one (F2). */
  'cut-off': [{ kind: 'isolate', afterMs: AT_ONCE, forMs: [6_000, 18_000] }],
  /** A peer that reads nothing while much is said. */
  'slow-reader': [
    { kind: 'freeze', afterMs: AT_ONCE, forMs: [500, 6_000] },
    { kind: 'flood', afterMs: SOON, forMs: MOMENT },
    { kind: 'stalled-link', afterMs: SOON, forMs: LATER },
  ],
  /** Loaders read a replica while much changes (F5). */
  'behind-replica': [
    { kind: 'replica-lag', afterMs: AT_ONCE, forMs: LONG },
    { kind: 'failover', afterMs: LATER, forMs: MOMENT },
  ],
  /** Loads under way while the database hesitates and much is invalidated. */
  'slow-loads': [
    { kind: 'database-slow', afterMs: AT_ONCE, forMs: [2_000, 6_000] },
    { kind: 'flood', afterMs: SOON, forMs: MOMENT },
    { kind: 'commit-uncertain', afterMs: SOON, forMs: LATER },
  ],
} as const satisfies Record<string, readonly Ingredient[]>;

export type RecipeName = keyof typeof RECIPES;
