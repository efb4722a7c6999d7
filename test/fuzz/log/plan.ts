import type { SeededRandom } from '@hearsay/testkit';
import type { Beginning } from './stage/stage.ts';
import { CHANGED_SCOPE } from './stage/tables.ts';
import type { Named } from './truth.ts';

/**
 * How a transaction appends.
 * - `write`: by `write` of the log, which begins, appends and commits
 * - `own`: by `appendInTransaction`, in a transaction that the writer runs itself
 * - `append`: by `append` of the log, without changes of the writer's own
 */
export type Way = 'write' | 'own' | 'append';

/**
 * How it ends.
 * - `drop`: the connection breaks before COMMIT is sent
 * - `cut`: it breaks when COMMIT has been sent, before the answer
 * - `kill`: the database ends the connection at that moment
 */
export type Ending = 'commit' | 'rollback' | 'drop' | 'cut' | 'kill';

/** An invalidation whose name follows from its transaction and `n`. */
export interface Item extends Pick<Named, 'scope' | 'kind'> {
  readonly n: number;
}

export type Act =
  /** Takes a number of a transaction early, where the database gives one. */
  | { readonly kind: 'early' }
  /** Writes them into the side table, which takes the naive reader's numbers. */
  | { readonly kind: 'note'; readonly items: readonly Item[] }
  /** Inserts a row that a trigger watches; then gives it the number `to`, or deletes it. */
  | { readonly kind: 'change'; readonly n: number; readonly to?: number; readonly removed: boolean }
  | { readonly kind: 'append'; readonly items: readonly Item[] }
  | { readonly kind: 'hold'; readonly forMs: number }
  | { readonly kind: 'savepoint' }
  /** Takes back what came since the savepoint. */
  | { readonly kind: 'take-back' };

export interface TransactionPlan {
  readonly way: Way;
  readonly beginning: Beginning;
  readonly acts: readonly Act[];
  readonly ending: Ending;
}

const HOT_SCOPE = 'hot';
const WARM_SCOPES = 8;
const COLD_SCOPES = 16;
const KINDS = ['key', 'prefix', 'tag'] as const;

/** All scopes of a run. The cold ones are made by the first who appends to them. */
export const SCOPES: readonly string[] = [
  CHANGED_SCOPE,
  HOT_SCOPE,
  ...Array.from({ length: WARM_SCOPES }, (_, i) => `warm-${i}`),
  ...Array.from({ length: COLD_SCOPES }, (_, i) => `cold-${i}`),
];

const RATES = {
  ownAppend: 0.02,
  write: 0.5,
  rollback: 0.08,
  drop: 0.006,
  cut: 0.01,
  kill: 0.005,
  savepoint: 0.12,
  change: 0.1,
  readCommitted: 0.3,
  repeatableRead: 0.02,
  deferred: 0.05,
  long: 0.006,
  longAfterAppend: 0.1,
} as const;

/** @param holdMsMax how long a long transaction stays open at the most */
export function planOf(random: SeededRandom, holdMsMax: number): TransactionPlan {
  if (random.chance(RATES.ownAppend)) {
    const append: Act = { kind: 'append', items: itemsOf(random, 1) };
    return { way: 'append', beginning: 'plain', acts: [append], ending: 'commit' };
  }
  const way = random.chance(RATES.write) ? 'write' : 'own';
  const ending = endingOf(random);
  return { way, beginning: beginningOf(random), acts: actsOf(random, way, holdMsMax), ending };
}

function actsOf(random: SeededRandom, way: Way, holdMsMax: number): readonly Act[] {
  const kept = itemsOf(random, 1);
  const changes = random.chance(RATES.change) ? [changeOf(random, 100)] : [];
  // Whatever a trigger says is not also said by hand, but in one of five.
  const items = changes.length > 0 && random.chance(0.8) ? [] : kept;
  const note: readonly Act[] = items.length > 0 ? [{ kind: 'note', items }] : [];
  const append: readonly Act[] = items.length > 0 ? [{ kind: 'append', items }] : [];
  const isLong = random.chance(RATES.long);
  const hold: readonly Act[] = isLong
    ? [{ kind: 'hold', forMs: random.between(1, holdMsMax) }]
    : [];
  const holdsCounters = random.chance(RATES.longAfterAppend);
  const body = holdsCounters ? [...append, ...hold] : [...hold, ...append];
  const takenBack = random.chance(RATES.savepoint) ? takenBackOf(random, way) : [];
  const isFirst = random.chance(0.5);
  return [
    ...(isLong ? [{ kind: 'early' } as const] : []),
    ...(isFirst ? takenBack : []),
    ...note,
    ...changes,
    ...(isFirst ? [] : takenBack),
    ...body,
  ];
}

/** `write` appends last, so that there a savepoint is around changes alone. */
function takenBackOf(random: SeededRandom, way: Way): readonly Act[] {
  const items = itemsOf(random, 200);
  const append: readonly Act[] =
    way === 'own' && random.chance(0.7) ? [{ kind: 'append', items }] : [];
  const change = random.chance(0.3) ? [changeOf(random, 300)] : [];
  const note: Act = { kind: 'note', items };
  return [{ kind: 'savepoint' }, note, ...change, ...append, { kind: 'take-back' }];
}

function changeOf(random: SeededRandom, n: number): Act {
  const removed = random.chance(0.2);
  return random.chance(0.3)
    ? { kind: 'change', n, to: n + 1, removed }
    : { kind: 'change', n, removed };
}

/** One to five, mostly of one scope and mostly of the hot one. @param from the first number */
function itemsOf(random: SeededRandom, from: number): readonly Item[] {
  const count = 1 + Math.floor(5 * random.next() ** 3);
  const scope = scopeOf(random);
  const isMixed = random.chance(0.15);
  return Array.from({ length: count }, (_, i) => ({
    scope: isMixed ? scopeOf(random) : scope,
    kind: KINDS[Math.floor(random.next() * KINDS.length)] ?? 'key',
    n: from + i,
  }));
}

function scopeOf(random: SeededRandom): string {
  const which = random.next();
  if (which < 0.2) return HOT_SCOPE;
  if (which < 0.8) return `warm-${Math.floor(random.next() * WARM_SCOPES)}`;
  // Also by hand, in another order than triggers and appends of one transaction have.
  if (which < 0.805) return CHANGED_SCOPE;
  return `cold-${Math.floor(random.next() * COLD_SCOPES)}`;
}

function endingOf(random: SeededRandom): Ending {
  let which = random.next();
  for (const ending of ['rollback', 'drop', 'cut', 'kill'] as const) {
    if (which < RATES[ending]) return ending;
    which -= RATES[ending];
  }
  return 'commit';
}

function beginningOf(random: SeededRandom): Beginning {
  const which = random.next();
  if (which < RATES.readCommitted) return 'read-committed';
  if (which < RATES.readCommitted + RATES.repeatableRead) return 'repeatable-read';
  return which > 1 - RATES.deferred ? 'deferred' : 'plain';
}
