import { type Ingredient, RECIPES, type RecipeName } from './recipes.ts';
import type { Dice } from './world/dice.ts';

/** What goes wrong in a cluster, and whether that needs a version log. */
export const FAULT_KINDS = {
  loss: 'any',
  delay: 'any',
  duplication: 'any',
  reordering: 'any',
  'cut-pair': 'any',
  'cut-one-way': 'any',
  isolate: 'any',
  split: 'any',
  'stalled-link': 'any',
  freeze: 'any',
  suspend: 'any',
  lag: 'any',
  crash: 'any',
  'crash-after-commit': 'any',
  'replaced-while-frozen': 'any',
  leave: 'any',
  join: 'any',
  'wall-jump': 'any',
  flood: 'any',
  'database-down': 'any',
  'database-cut': 'any',
  'database-slow': 'any',
  'commit-uncertain': 'any',
  standby: 'logged',
  'replica-lag': 'logged',
  failover: 'logged',
  restore: 'logged',
  'log-replaced': 'logged',
  prune: 'logged',
  'rows-deleted': 'logged',
} as const satisfies Record<string, 'any' | 'logged'>;

export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  /** Its place in the generated schedule, by which it is kept or left out in a replay. */
  readonly index: number;
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** Whom and how much, each in [0, 1). */
  readonly a: number;
  readonly b: number;
}

/** Ends a fault. */
export type Undo = () => void;

const RECIPE_SHARE = 0.25;
const RECIPE_NAMES = Object.keys(RECIPES) as RecipeName[];
/** In a recipe these strike the same node; what happens to others or to the database has dice of its own. */
const AT_VICTIM: ReadonlySet<FaultKind> = new Set([
  'isolate',
  'database-cut',
  'suspend',
  'freeze',
  'crash',
]);
const COMBINED_MAX = 4;
const TOGETHER_MS = 1_500;
/** Short ones slip between two heartbeats, long ones outlast what others are patient with. */
const SPANS_MS = [
  [20, 500],
  [500, 3_000],
  [3_000, 12_000],
] as const;

/**
 * Draws a schedule of single faults, of combinations (several kinds within a moment, mostly at the
 * same node) and of recipes, because what breaks a protocol is seldom one fault alone.
 *
 * @param favoured a recipe that comes again and again
 */
export function scheduleOf(
  dice: Dice,
  logged: boolean,
  withinMs: number,
  favoured: RecipeName | undefined,
): Fault[] {
  const isPossible = (kind: FaultKind) => logged || FAULT_KINDS[kind] === 'any';
  const kinds = (Object.keys(FAULT_KINDS) as FaultKind[]).filter(isPossible);
  // A few kinds a run, so that each has its way undisturbed by all the others in some of them.
  const favourites = Array.from({ length: dice.whole(2, 8) }, () => dice.pick(kinds));
  const faults: Omit<Fault, 'index'>[] = [];
  const count = dice.whole(3, 22);
  while (faults.length < count) {
    const atMs = dice.between(1_000, withinMs);
    const recipe = favoured ?? (dice.chance(RECIPE_SHARE) ? dice.pick(RECIPE_NAMES) : undefined);
    const some = recipe
      ? cook(dice, RECIPES[recipe], atMs).filter(({ kind }) => isPossible(kind))
      : combine(dice, () => (dice.chance(0.7) ? dice.pick(favourites) : dice.pick(kinds)), atMs);
    faults.push(...some.filter((fault) => fault.atMs < withinMs));
  }
  return faults
    .map((fault) => ({ ...fault, forMs: Math.min(fault.forMs, withinMs - fault.atMs) }))
    .sort((one, other) => one.atMs - other.atMs)
    .map((fault, index) => ({ ...fault, index }));
}

function combine(dice: Dice, kindOf: () => FaultKind, atMs: number): Omit<Fault, 'index'>[] {
  const victim = dice.next();
  const together = dice.chance(0.5) ? dice.whole(2, COMBINED_MAX) : 1;
  return Array.from({ length: together }, (_, i) => ({
    kind: kindOf(),
    atMs: atMs + dice.between(0, i === 0 ? 0 : TOGETHER_MS),
    forMs: spanOf(dice),
    a: dice.chance(0.7) ? victim : dice.next(),
    b: dice.next(),
  }));
}

function cook(dice: Dice, recipe: readonly Ingredient[], atMs: number): Omit<Fault, 'index'>[] {
  const victim = dice.next();
  return recipe.map(({ kind, afterMs, forMs }) => ({
    kind,
    atMs: atMs + dice.between(...afterMs),
    forMs: dice.between(...forMs),
    a: AT_VICTIM.has(kind) ? victim : dice.next(),
    b: dice.next(),
  }));
}

function spanOf(dice: Dice): number {
  const [min, max] = dice.pick(SPANS_MS);
  return dice.between(min, max);
}
