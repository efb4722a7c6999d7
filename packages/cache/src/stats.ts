/**
 * Counters of one cache; they only grow. Every kept fill is accounted for (invariant I):
 * `fillsKept = entries + invalidated + deleted + expired + evicted + replaced + cleared`.
 */
export class Counters {
  /** Reads answered from memory, known-absent ones included. */
  hits = 0;
  /** Reads not answered from memory. */
  misses = 0;
  /** Loader calls; a batch is one. */
  loads = 0;
  /** Keys that waited for a load that another reader had started. */
  joins = 0;
  /** Loader calls that failed, timed out or were aborted. */
  loadErrors = 0;
  fillsKept = 0;
  /** Fills not kept, since an invalidation had overtaken their ticket. */
  fillsVoided = 0;
  /**
   * Fills not kept, since their TTL had passed, or since another load of the key was begun or another
   * value of it stored or answered after their ticket (invariant G).
   */
  fillsLate = 0;
  /** Fills not kept, since their value was read at an older version than is known here. */
  fillsBehind = 0;
  invalidated = 0;
  deleted = 0;
  expired = 0;
  evicted = 0;
  /** Entries that a later fill or answer took the place of, or showed to be absent. */
  replaced = 0;
  /** Entries dropped by resets and by close. */
  cleared = 0;
  /** Keys refreshed in the background. */
  refreshes = 0;
  resets = 0;
  /** Reads that ended in StaleRefusedError or StrictRefusedError. */
  refused = 0;
  /** Values served without proof under `onDark: 'stale'`; each waives invariant B. */
  staleServed = 0;
  /** Throws of event listeners. */
  listenerErrors = 0;
}

export interface CacheStats extends Readonly<Counters> {
  readonly entries: number;
  /** Loads that a new reader could join. */
  readonly loadsInFlight: number;
  /** Key segments and tags that the index of entries holds. */
  readonly indexSegments: number;
  readonly indexTags: number;
}
