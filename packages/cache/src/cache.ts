import { keyOf, type Scope, type Target, type TargetInput, targetOf } from '@hearsay/spi';
import { type CacheEventName, type CacheListener, Emitter } from './events.js';
import type { Ticket } from './fence.js';
import type { Source } from './load.js';
import { Loads } from './loads.js';
import { CacheNamespace } from './namespace.js';
import { Reader } from './reader.js';
import { type CacheOptions, type Settings, settingsOf } from './settings.js';
import { type CacheStats, Counters } from './stats.js';
import { type Entry, Store } from './store.js';
import { tagsOf } from './tags.js';
import type {
  BatchLoader,
  CacheView,
  FillOptions,
  HeldEntry,
  Loader,
  ReadOptions,
} from './view.js';

const WHOLE_SCOPE: Target = { kind: 'scope', key: '' };

/**
 * The local cache of one scope. It never keeps a value whose load an invalidation has overtaken, and
 * never serves one for longer than its TTL. A fill never publishes.
 */
export class Cache<V> implements CacheView<V> {
  readonly #settings: Settings;
  readonly #counters = new Counters();
  readonly #events = new Emitter(() => {
    this.#counters.listenerErrors += 1;
  });
  readonly #store: Store<V>;
  readonly #loads: Loads<V>;
  readonly #reader: Reader<V>;

  /**
   * @throws {ConfigInvalidError} names the option
   * @throws {NameInvalidError} the scope
   */
  constructor(options: CacheOptions) {
    this.#settings = settingsOf(options);
    this.#store = new Store(this.#settings, this.#counters, this.#events);
    this.#loads = new Loads(this.#settings, this.#store, this.#counters, this.#events);
    this.#reader = new Reader(this.#settings, this.#store, this.#loads, this.#counters);
  }

  get scope(): Scope {
    return this.#settings.scope;
  }

  get(key: string): V | undefined {
    const entry = this.#store.serve(key);
    if (entry !== undefined) return entry.value;
    this.#counters.misses += 1;
    return undefined;
  }

  async getOrLoad(
    key: string,
    loader: Loader<V>,
    options: ReadOptions<V> = {},
  ): Promise<V | undefined> {
    const entry = options.token ? undefined : this.#store.serve(key);
    if (entry === undefined) {
      const found = await this.#reader.read([key], one(key, loader, options), options);
      return found.get(key);
    }
    if (entry.refreshMs !== Infinity) this.#reader.refresh([entry], one(key, loader, options));
    return entry.value;
  }

  async getOrLoadMany(
    keys: readonly string[],
    loader: BatchLoader<V>,
    options: ReadOptions<V> = {},
  ): Promise<Map<string, V>> {
    const source: Source<V> = {
      load: loader,
      tags: checked(options.tags),
    };
    const distinct = [...new Set(keys)];
    const found = await this.#reader.read(distinct, source, options);
    const values = new Map<string, V>();
    for (const key of distinct) {
      const value = found.get(key);
      if (value !== undefined) values.set(key, value);
    }
    return values;
  }

  ticket(): Ticket {
    return this.#store.handTicket();
  }

  set(key: string, value: V | undefined, options: FillOptions): boolean {
    const tags = tagsOf(options.tags);
    keyOf(key);
    if (this.#loads.closed) return false;
    return this.#store.put(key, value, tags, options.ticket, options.version);
  }

  delete(key: string): boolean {
    const target = targetOf({ key });
    this.#loads.detach(target);
    return this.#store.pass(target, 'deleted') > 0;
  }

  async invalidate(input: TargetInput): Promise<string> {
    const targets = [targetOf(input)];
    this.apply(targets);
    return (await this.#settings.announce?.(targets)) ?? '';
  }

  /**
   * Applies invalidations that arrived: drops what they cover, voids tickets, and lets later readers
   * start loads of their own (rule F4). Never announces.
   * @returns how many entries were dropped
   */
  apply(targets: readonly Target[]): number {
    let dropped = 0;
    for (const target of targets) {
      this.#loads.detach(target);
      dropped += this.#store.pass(target, 'invalidated');
    }
    return dropped;
  }

  /** Forgets everything: all entries, tickets and loads in flight. Counted, and told with its reason. */
  reset(reason: string): void {
    this.#counters.resets += 1;
    this.#loads.detach(WHOLE_SCOPE);
    this.#events.emit('reset', { reason, entries: this.#store.clear() });
  }

  namespace(prefix: string): CacheView<V> {
    return new CacheNamespace(this, prefix);
  }

  /** What is held under a key within its TTL, whether a read would be given it or not. Counts as no read. */
  peek(key: string): HeldEntry<V> | undefined {
    const entry = this.#store.held(key);
    return entry && this.#heldOf(entry);
  }

  /**
   * As {@link peek}, all of them, the most recently used first. Take what is wanted in one turn of the
   * event loop: what changes meanwhile may be missed or come twice.
   */
  *held(): IterableIterator<HeldEntry<V>> {
    for (const entry of this.#store.entries()) yield this.#heldOf(entry);
  }

  /** @returns a copy */
  stats(): CacheStats {
    return {
      ...this.#counters,
      entries: this.#store.size,
      loadsInFlight: this.#loads.inFlight,
      indexSegments: this.#store.segments,
      indexTags: this.#store.tags,
    };
  }

  /** @returns a function that removes the listener. What a listener throws is counted, nothing else. */
  on<Name extends CacheEventName>(name: Name, listener: CacheListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /** Drops everything, aborts the loads in flight; reads that would load throw from now on. */
  close(): void {
    this.#loads.close();
    this.#store.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #heldOf({ key, value, issuedMs }: Entry<V>): HeldEntry<V> {
    return { key, value, ageMs: this.#settings.clock.monotonicMs() - issuedMs };
  }
}

function one<V>(key: string, loader: Loader<V>, options: ReadOptions<V>): Source<V> {
  return {
    load: async (_keys, context) => new Map([[key, await loader({ ...context, key })]]),
    tags: checked(options.tags),
  };
}

function checked<V>(tags: ReadOptions<V>['tags']): Source<V>['tags'] {
  return typeof tags === 'function' ? tags : tagsOf(tags);
}
