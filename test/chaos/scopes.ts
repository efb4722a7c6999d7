import type { NodeCacheOptions } from '@hearsay/embed';

/** Each kind of scope has a check of its own in observer.ts. */
export type ScopeKind = 'eventual' | 'bounded' | 'strict';

/** A scope that nodes cache, and what its reads must keep to. */
export interface ChaosScope {
  readonly scope: string;
  readonly kind: ScopeKind;
  readonly cache: NodeCacheOptions;
  /**
   * How stale an answer may be: the TTL of an eventual scope, the bound of a bounded one, and L for
   * what was written to a strict one and not revoked (S6).
   */
  readonly staleMsMax: number;
}

/** With rows in the database, whether a run uses them or not. Strict ones stand last. */
export const SCOPES: readonly ChaosScope[] = [
  // Longer than any freeze, so that an entry does not expire unseen.
  eventual('item', { ttlMs: 15_000 }),
  bounded('grant', 300, { ttlMs: 60_000 }),
  bounded('quota', 2_000, { ttlMs: 60_000, refreshAfterMs: 3_000 }),
  strict('role', 2_000, { ttlMs: 60_000 }),
];

export const SCOPE_NAMES: readonly string[] = SCOPES.map(({ scope }) => scope);

/** The one that is revoked. */
export const STRICT_SCOPE = 'role';

/** Which scopes a run uses: what stands there more often is chosen more often. */
export interface ScopeShares {
  /** Indexes into {@link SCOPES}. */
  readonly reads: readonly number[];
  readonly writes: readonly string[];
}

const EVEN: ScopeShares = { reads: [0, 1, 2], writes: ['item', 'grant', 'quota'] };

const MOSTLY_STRICT: ScopeShares = {
  reads: [0, 1, 1, 2, 3, 3, 3, 3, 3, 3],
  writes: ['item', 'grant', 'grant', 'grant', 'quota', 'role'],
};

/** @returns those that a run uses, with the indexes that they have in {@link SCOPES} */
export function usedScopes(isStrict: boolean): readonly ChaosScope[] {
  return SCOPES.filter(({ kind }) => isStrict || kind !== 'strict');
}

/** @param isStrict whether there is a strict scope too, and most of the load is on it */
export function sharesOf(isStrict: boolean): ScopeShares {
  return isStrict ? MOSTLY_STRICT : EVEN;
}

function eventual(scope: string, cache: NodeCacheOptions): ChaosScope {
  return { scope, kind: 'eventual', cache, staleMsMax: cache.ttlMs };
}

function bounded(scope: string, boundedMs: number, cache: NodeCacheOptions): ChaosScope {
  return {
    scope,
    kind: 'bounded',
    cache: { ...cache, consistency: { boundedMs } },
    staleMsMax: boundedMs,
  };
}

function strict(scope: string, leaseMs: number, cache: NodeCacheOptions): ChaosScope {
  return {
    scope,
    kind: 'strict',
    cache: { ...cache, consistency: { strict: { leaseMs } } },
    staleMsMax: leaseMs,
  };
}
