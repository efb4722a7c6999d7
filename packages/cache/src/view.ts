import type { TargetInput } from '@hearsay/spi';
import type { Ticket } from './fence.js';
import type { BatchLoadContext, LoadContext } from './load-context.js';
import type { TokenOptions } from './token-gate.js';

/**
 * Loads one value; `undefined` says that there is none. What is kept must have been read from
 * committed primary state in a snapshot begun after the call, or `readAt` told at which version (rule
 * F5): no replica that may lag, no older snapshot, no transaction with writes of its own.
 */
export type Loader<V> = (context: LoadContext) => Promise<V | undefined> | V | undefined;

/** As {@link Loader}, for many keys at once; keys that are not in the answer have no value. */
export type BatchLoader<V> = (
  missing: readonly string[],
  context: BatchLoadContext,
) => Promise<ReadonlyMap<string, V>>;

export interface ReadOptions<V> extends TokenOptions {
  /**
   * At most `LIMITS.tagsPerEntryMax` tags, or a function of the value. A negative entry has the
   * listed tags, but none of a function.
   */
  readonly tags?: readonly string[] | ((value: V, key: string) => readonly string[]) | undefined;
  /** Aborts the wait of this caller alone. A hit does not wait. */
  readonly signal?: AbortSignal | undefined;
}

export interface FillOptions {
  /** Taken before the value was read (rule C1). */
  readonly ticket: Ticket;
  /** At which version of the scope's counter it was read, where that may be behind the primary (rule F5). */
  readonly version?: number | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** What a cache holds under one key, as inspection sees it. */
export interface HeldEntry<V> {
  readonly key: string;
  /** `undefined`: known to be absent. */
  readonly value: V | undefined;
  /** Since its ticket. */
  readonly ageMs: number;
}

/** What a cache and its namespaces have in common. */
export interface CacheView<V> {
  /** @returns the value, at once; `undefined` for a miss and for what is known to be absent */
  get(key: string): V | undefined;
  /**
   * Serves what the scope's consistency allows, else loads; one load for all who wait for a key.
   *
   * @throws {NameInvalidError} the key or a tag; before the loader runs, where it is known then
   * @throws {TokenNotReachedError} the token's write is not applied here
   * @throws {StaleRefusedError} bounded: neither proven nor loaded (rule F7)
   * @throws {StrictRefusedError} strict: no right, and the log is out of reach
   * @throws {LoadBehindError} the loader read at an older version than is known here
   * @throws {LoadTimeoutError} the loader did not settle in time
   * @throws {CacheClosedError} the cache is closed
   * @throws what the loader throws, and the reason of the signal
   */
  getOrLoad(key: string, loader: Loader<V>, options?: ReadOptions<V>): Promise<V | undefined>;
  /**
   * As {@link getOrLoad}, with one loader call for the keys that are neither served nor being loaded.
   * @returns the keys that have a value, in the order of `keys`
   */
  getOrLoadMany(
    keys: readonly string[],
    loader: BatchLoader<V>,
    options?: ReadOptions<V>,
  ): Promise<Map<string, V>>;
  /** The right to {@link set} what is read from the source of the data after this call. */
  ticket(): Ticket;
  /**
   * Keeps a value, or with `undefined` its absence, unless an invalidation overtook the ticket, another
   * value of the key was stored or answered since its issue, or the value was read at a version below
   * the ticket's `minimum`.
   * Publishes nothing.
   *
   * @returns whether it is kept
   * @throws {NameInvalidError} the key or a tag
   * @throws {TicketForeignError} another cache issued the ticket
   */
  set(key: string, value: V | undefined, options: FillOptions): boolean;
  /**
   * Drops one entry here and fences what is being loaded for it; other nodes hear nothing.
   * @returns whether there was an entry
   * @throws {NameInvalidError}
   */
  delete(key: string): boolean;
  /**
   * Drops here, then announces. Call it after the change of the data is committed. When announcing
   * fails, what was dropped here stays dropped.
   *
   * @returns a token for reads elsewhere; `''` for a cache without `announce`
   * @throws {NameInvalidError | ConfigInvalidError} a malformed target; nothing is dropped
   */
  invalidate(input: TargetInput): Promise<string>;
  /** A view of the keys below `prefix/`, named without it. Tags are those of the whole scope. */
  namespace(prefix: string): CacheView<V>;
}
