import { type FRESHNESS_DEFAULTS, MESH_DEFAULTS, type MeshOptions } from '@hearsay/protocol';
import type { Dice } from './world/dice.ts';

/** Which members follow a version log. */
export type Logging = 'all' | 'none' | 'mixed';

/** Which promise all scopes make; drawn for each where it is not given. */
export type Kept = 'eventual' | 'bounded' | 'strict';

export interface ScopeProfile {
  /** `Infinity`: eventual; for a strict scope its lease. On a member without the log it is eventual too. */
  readonly boundMs: number;
  readonly strict: boolean;
  readonly ttlMs: number;
  readonly negativeTtlMs: number;
  readonly refreshAfterMs: number | undefined;
  readonly onDark: 'refuse' | 'stale';
  readonly entriesMax: number;
  readonly ticketRingMax: number;
  /** Whether an entry's tags depend on its value. */
  readonly valueTags: boolean;
}

/** What kind of cluster a run has, beside its size. */
export interface Profile {
  readonly logging: Logging;
  readonly medium: 'direct' | 'gossip' | 'mixed';
  /** Whether everyone knows everyone's address, or a few that are the same for all. */
  readonly discovery: 'all' | 'seeds';
  readonly mesh: Partial<MeshOptions>;
  readonly freshness: Partial<Record<keyof typeof FRESHNESS_DEFAULTS, number>>;
  /** Whether followers ask each other for counters (rule F6). */
  readonly sharesPolls: boolean;
  /** What may wait to be sent to one peer. */
  readonly sendQueueBytesMax: number;
  /** Lost on every link all the time, until the rest is half over. */
  readonly lossRate: number;
  /** How much faster or slower than true a monotonic clock may run. */
  readonly driftMax: number;
  readonly scopes: readonly ScopeProfile[];
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
}

const BOUNDS_MS = {
  eventual: [Number.POSITIVE_INFINITY],
  bounded: [0, 200, 1_500, 4_000],
  strict: [0, 250, 1_000, 3_000],
} as const;

/** More than there are keys. A cache has all its room from the start. */
const ENTRIES_ENOUGH = 128;

const SMALL_MESH: Partial<MeshOptions> = {
  journalEventsMax: 256,
  journalBytesMax: 65_536,
  suppliedBytesMax: 16_384,
  suppliedPullsMax: 4,
  // So that sketches are used in clusters of this size.
  wholeVectorOriginsMax: 8,
};
const SMALL_FRESHNESS = {
  rowsMax: 32,
  pendingMax: 16,
  historyMax: 64,
  gapsMax: 2,
  shareMembersMin: 3,
};

export function profileOf(
  dice: Dice,
  nodes: number,
  logging: Logging | undefined,
  kept: Kept | undefined,
): Profile {
  const small = dice.chance(0.5);
  const drawn = dice.pick<Logging>(['all', 'all', 'all', 'none', 'none', 'mixed']);
  return {
    logging: logging ?? drawn,
    medium: dice.pick(['direct', 'direct', 'direct', 'gossip', 'mixed']),
    discovery: dice.pick(['all', 'all', 'seeds']),
    mesh: small ? { ...SMALL_MESH, ...agingOf(dice, nodes) } : {},
    freshness: small && dice.chance(0.7) ? SMALL_FRESHNESS : {},
    sharesPolls: dice.chance(0.6),
    sendQueueBytesMax: small ? 16_384 : 1_048_576,
    lossRate: dice.pick([0, 0, 0.02, 0.05]),
    driftMax: dice.pick([0, 0.0005, 0.02]),
    scopes: Array.from({ length: dice.whole(1, 3) }, () => scopeOf(dice, small, kept)),
    readsPerSecond: dice.between(5, 25),
    writesPerSecond: dice.pick([0.2, 1, 3, 8]),
  };
}

/** Silent origins are forgotten within the run: G is ten minutes otherwise (rule M3). */
function agingOf(dice: Dice, nodes: number): Partial<MeshOptions> {
  if (!dice.chance(0.3)) return {};
  return { silentOriginMs: dice.between(13_000, 20_000), originsMax: Math.max(16, nodes * 3) };
}

function scopeOf(dice: Dice, small: boolean, kept: Kept | undefined): ScopeProfile {
  const drawn = dice.pick(['eventual', 'eventual', 'bounded', 'bounded', 'strict'] as const);
  const promise = kept ?? drawn;
  const strict = promise === 'strict';
  const boundMs = dice.pick(BOUNDS_MS[promise]);
  const ttlMs = dice.pick([8_000, 30_000, 3_600_000]);
  return {
    boundMs,
    strict,
    ttlMs,
    negativeTtlMs: dice.chance(0.5) ? dice.between(500, ttlMs) : 0,
    refreshAfterMs: dice.chance(0.3) && !strict ? dice.between(100, 5_000) : undefined,
    onDark: boundMs !== Infinity && !strict && dice.chance(0.2) ? 'stale' : 'refuse',
    entriesMax: dice.chance(0.3) ? 24 : ENTRIES_ENOUGH,
    ticketRingMax: small ? dice.whole(1, 16) : 1_024,
    valueTags: dice.chance(0.4),
  };
}

/** How long digests and vectors speak of an origin that is silent: G of rule M3. */
export function silentOriginMs({ mesh }: Profile): number {
  return mesh.silentOriginMs ?? MESH_DEFAULTS.silentOriginMs;
}
