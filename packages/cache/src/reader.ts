import { keyOf } from '@hearsay/spi';
import { abortable } from './abortable.js';
import { StaleRefusedError, StrictRefusedError } from './errors.js';
import type { Load, Source } from './load.js';
import type { Loads } from './loads.js';
import type { Settings } from './settings.js';
import type { Counters } from './stats.js';
import type { Entry, Store } from './store.js';
import { passToken, type TokenOptions } from './token-gate.js';

/** One read that may wait, as it was when it was invoked. */
interface Read<V> {
  readonly invokedMs: number;
  readonly source: Source<V>;
  readonly signal: AbortSignal | undefined;
  readonly found: Map<string, V | undefined>;
  /** Every commit that it must not miss is applied. */
  readonly proven: boolean;
}

/**
 * Answers reads that may wait. The order is the rule: token, then policy, then joining or loading
 * (rule F4). A read is judged by the time of its call, however long it waits (rule F1).
 */
export class Reader<V> {
  readonly #settings: Settings;
  readonly #store: Store<V>;
  readonly #loads: Loads<V>;
  readonly #counters: Counters;

  constructor(settings: Settings, store: Store<V>, loads: Loads<V>, counters: Counters) {
    this.#settings = settings;
    this.#store = store;
    this.#loads = loads;
    this.#counters = counters;
  }

  /**
   * @param keys distinct
   * @returns a value for each key, `undefined` where there is none
   */
  async read(
    keys: readonly string[],
    source: Source<V>,
    options: TokenOptions,
  ): Promise<Map<string, V | undefined>> {
    const { signal } = options;
    const invokedMs = this.#settings.clock.monotonicMs();
    const read: Read<V> = { invokedMs, source, signal, found: new Map(), proven: false };
    if (options.token && (await passToken(options, this.#settings)) === 'bypass')
      return this.#load(read, keys, false, 'private');
    if (this.#settings.right !== undefined) return this.#readStrict(read, keys);
    const { missing, unproven } = this.#serve(read, keys);
    if (unproven.length === 0) return this.#load(read, missing, false);
    const proven = await this.#prove(read);
    const again = this.#serve(read, unproven);
    return this.#load(read, [...missing, ...again.missing, ...again.unproven], !proven);
  }

  /**
   * Under a right that holds now, or after a poll that began after the call: then nothing that the
   * read must not miss is still to be applied. Otherwise it is refused, loads too. Another poll may
   * have renewed the right while that one was failing.
   */
  async #readStrict(read: Read<V>, keys: readonly string[]): Promise<Map<string, V | undefined>> {
    const { right, clock, scope } = this.#settings;
    const holds = () => right?.holds(clock.monotonicMs()) === true;
    const prove = () => abortable(right?.prove() ?? Promise.resolve(false), read.signal);
    if (!holds() && !(await prove()) && !holds()) {
      this.#counters.refused += 1;
      throw new StrictRefusedError(
        `scope ${scope} is strict, its right to serve has run out and the version log does not answer: bring the log back`,
      );
    }
    const proven: Read<V> = { ...read, proven: true };
    return this.#load(proven, this.#serve(proven, keys).missing, false);
  }

  /** Loads those of the served entries again that are due and not being loaded. */
  refresh(entries: readonly Entry<V>[], source: Source<V>): void {
    const nowMs = this.#settings.clock.monotonicMs();
    const due = entries.filter((e) => nowMs >= e.refreshMs && !this.#loads.isLoading(e.key));
    if (due.length === 0) return;
    for (const entry of due) entry.refreshMs = Infinity;
    this.#counters.refreshes += due.length;
    const loads = this.#loads.start(
      due.map((entry) => entry.key),
      source,
      'background',
    );
    // Where the entry is still the one that is served, the refresh came to nothing: try again later.
    const rest = (entry: Entry<V>) => (): void => {
      entry.refreshMs = this.#settings.clock.monotonicMs() + this.#settings.refreshAfterMs;
    };
    due.forEach((entry, at) => {
      loads[at]?.promise.then(rest(entry), rest(entry));
    });
  }

  /** Fills `found` from memory as far as the policy allows. */
  #serve(read: Read<V>, keys: readonly string[]): { missing: string[]; unproven: string[] } {
    const missing: string[] = [];
    const unproven: string[] = [];
    const served: Entry<V>[] = [];
    for (const key of keys) {
      const entry = this.#store.serveSince(key, read.invokedMs, read.proven);
      if (entry !== undefined) {
        read.found.set(key, entry.value);
        served.push(entry);
      } else if (this.#store.held(key) !== undefined) unproven.push(key);
      else missing.push(key);
    }
    this.refresh(served, read.source);
    return { missing, unproven };
  }

  /** One poll that all who wait may share: it proves what was committed a bound before the call. */
  async #prove(read: Read<V>): Promise<boolean> {
    const { freshness, boundMs } = this.#settings;
    if (freshness === undefined) return false;
    return await abortable(freshness.prove(read.invokedMs - boundMs), read.signal);
  }

  /** @param dark the log was out of reach, so that a failing load decides by `onDark` (rule F7) */
  async #load(
    read: Read<V>,
    keys: readonly string[],
    dark: boolean,
    use: 'shared' | 'private' = 'shared',
  ): Promise<Map<string, V | undefined>> {
    if (keys.length === 0) return read.found;
    read.signal?.throwIfAborted();
    for (const key of keys) keyOf(key);
    this.#counters.misses += keys.length;
    const loads = this.#joinOrStart(read, keys, use);
    try {
      const values = loads.map((load) => (dark ? this.#orHeld(load, read) : load.promise));
      const all = await abortable(Promise.all(values), read.signal);
      loads.forEach((load, at) => {
        read.found.set(load.key, all[at]);
      });
      return read.found;
    } catch (error) {
      if (error instanceof StaleRefusedError) this.#counters.refused += 1;
      throw error;
    } finally {
      this.#loads.leave(loads);
    }
  }

  #joinOrStart(read: Read<V>, keys: readonly string[], use: 'shared' | 'private'): Load<V>[] {
    const loads: Load<V>[] = [];
    const own: string[] = [];
    for (const key of keys) {
      const shared = use === 'shared';
      const load = shared ? this.#loads.joinable(key, read.invokedMs, read.proven) : undefined;
      if (load === undefined) own.push(key);
      else loads.push(load);
    }
    this.#counters.joins += loads.length;
    for (const load of loads) load.join();
    if (own.length === 0) return loads;
    const started = this.#loads.start(own, read.source, use);
    for (const load of started) load.join();
    return loads.concat(started);
  }

  async #orHeld(load: Load<V>, { invokedMs, proven }: Read<V>): Promise<V | undefined> {
    try {
      return await load.promise;
    } catch (error) {
      // The log may have answered while the load was failing.
      const fresh = this.#store.serveSince(load.key, invokedMs, proven);
      if (fresh !== undefined) return fresh.value;
      const entry = this.#store.held(load.key);
      if (entry === undefined) throw error;
      if (this.#settings.onDark === 'stale') {
        this.#counters.staleServed += 1;
        return entry.value;
      }
      throw new StaleRefusedError(
        `the entry ${JSON.stringify(load.key)} of scope ${this.#settings.scope} cannot be proven ` +
          'fresh enough and loading it failed; bring the log or the source of the data back',
        { cause: error },
      );
    }
  }
}
