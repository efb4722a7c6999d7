import type { NodeCacheOptions } from '@hearsay/embed';

/** Each kind of scope has a check of its own in observer.ts. */
export type ScopeKind = 'eventual' | 'bounded';

/** A scope that all nodes cache, and what its reads must keep to. */
export interface ChaosScope {
  readonly scope: string;
  readonly kind: ScopeKind;
  readonly cache: NodeCacheOptions;
  /** How stale an answer may be: the TTL of an eventual scope, the bound of a bounded one. */
  readonly staleMsMax: number;
}

export const SCOPES: readonly ChaosScope[] = [
  // Longer than any freeze, so that an entry does not expire unseen.
  eventual('item', { ttlMs: 15_000 }),
  bounded('grant', 300, { ttlMs: 60_000 }),
  bounded('quota', 2_000, { ttlMs: 60_000, refreshAfterMs: 3_000 }),
];

export const SCOPE_NAMES: readonly string[] = SCOPES.map(({ scope }) => scope);

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
