import type { Clock, ScopeFreshness, Target } from '@hearsay/spi';
import { LRUCache } from 'lru-cache';
import type { DropReason, Emitter } from './events.js';
import { Fence, type Ticket } from './fence.js';
import { isBehind } from './load-context.js';
import type { Settings } from './settings.js';
import type { Counters } from './stats.js';
import { type Indexed, type Segment, TargetIndex } from './target-index.js';

/** What is kept of one fill. */
export class Entry<V> implements Indexed {
  readonly key: string;
  /** `undefined`: known to be absent. */
  readonly value: V | undefined;
  readonly tags: readonly string[];
  readonly issuedMs: number;
  readonly serial: number;
  readonly expiresMs: number;
  /** Before this time the entry needs no other proof than its own age. */
  readonly freshUntilMs: number;
  /** From this time on a served value is loaded again; `Infinity` also while that goes on. */
  refreshMs: number;
  leaf: Segment | undefined = undefined;

  constructor(
    key: string,
    value: V | undefined,
    tags: readonly string[],
    ticket: Ticket,
    keepMs: number,
    settings: Settings,
  ) {
    this.key = key;
    this.value = value;
    this.tags = tags;
    this.issuedMs = ticket.issuedMs;
    this.serial = ticket.serial;
    this.expiresMs = ticket.issuedMs + keepMs;
    this.freshUntilMs = ticket.issuedMs + Math.min(keepMs, settings.boundMs);
    this.refreshMs = value === undefined ? Infinity : ticket.issuedMs + settings.refreshAfterMs;
  }
}

/**
 * The entries, behind the fence. Whatever is to be kept passes {@link Store.put}; whatever is served
 * passes {@link Store.serve}, which reads the clock each time (lru-cache's own TTL remembers a
 * reading and is not used; rule F2).
 */
export class Store<V> {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #freshness: ScopeFreshness | undefined;
  readonly #counters: Counters;
  readonly #events: Emitter;
  readonly #fence: Fence;
  readonly #index = new TargetIndex<Entry<V>>();
  readonly #lru: LRUCache<string, Entry<V>>;
  #evicted: Entry<V> | undefined;

  constructor(settings: Settings, counters: Counters, events: Emitter) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#freshness = settings.freshness;
    this.#counters = counters;
    this.#events = events;
    this.#fence = new Fence(settings.ticketRingMax);
    this.#lru = new LRUCache({
      max: settings.entriesMax,
      // Called on every kind of removal, so that the index follows; listeners are told later.
      dispose: (entry, _key, reason) => {
        this.#index.remove(entry);
        if (reason === 'evict') this.#evicted = entry;
      },
    });
  }

  get size(): number {
    return this.#lru.size;
  }

  get segments(): number {
    return this.#index.segments;
  }

  get tags(): number {
    return this.#index.tags;
  }

  ticket(): Ticket {
    return this.#fence.ticket(this.#clock.monotonicMs(), this.#freshness?.knownVersion?.());
  }

  /** The hit path. @returns the entry if it may be served to a read invoked now */
  serve(key: string): Entry<V> | undefined {
    const entry = this.#lru.get(key);
    if (entry === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < entry.freshUntilMs || this.#mayServeOld(entry, nowMs, nowMs)) {
      this.#counters.hits += 1;
      return entry;
    }
    return undefined;
  }

  /**
   * As {@link serve}, for a read that was invoked at `invokedMs` and has waited since (rule F1).
   * @param proven the whole scope was proven to be fresh enough for it
   */
  serveSince(key: string, invokedMs: number, proven: boolean): Entry<V> | undefined {
    const entry = this.#lru.get(key);
    if (entry === undefined) return undefined;
    if (!this.#mayServeOld(entry, this.#clock.monotonicMs(), invokedMs, proven)) return undefined;
    this.#counters.hits += 1;
    return entry;
  }

  /** @returns the entry if it is within its TTL, proven or not */
  held(key: string): Entry<V> | undefined {
    const entry = this.#lru.peek(key);
    return entry !== undefined && this.#clock.monotonicMs() < entry.expiresMs ? entry : undefined;
  }

  /** Whether what was read at or after `sinceMs` is fresh enough for a read invoked at `invokedMs`. */
  isProven(sinceMs: number, invokedMs: number, nowMs: number): boolean {
    const { right } = this.#settings;
    // Strictly after: a clock that stands still does not tell which of the two came first.
    if (right !== undefined) return sinceMs > invokedMs || right.holds(nowMs);
    const neededMs = invokedMs - this.#settings.boundMs;
    return sinceMs >= neededMs || (this.#freshness?.freshAsOfMs() ?? -Infinity) >= neededMs;
  }

  /**
   * Keeps a fill unless an invalidation that covers it was passed since its ticket, a younger ticket
   * has filled the key, or its TTL has passed. What is older goes also where the fill, a negative
   * one for instance, is not kept.
   * @param version at which the value was read, where that is told
   * @returns whether it is kept
   */
  put(
    key: string,
    value: V | undefined,
    tags: readonly string[],
    ticket: Ticket,
    version?: number,
  ): boolean {
    if (this.#fence.voids(ticket, key, tags)) {
      this.#counters.fillsVoided += 1;
      this.#events.emit('void', { key });
      return false;
    }
    if (isBehind(version, ticket.minimum)) {
      this.#counters.fillsBehind += 1;
      return false;
    }
    const { ttlMs, negativeTtlMs } = this.#settings;
    const keepMs = value === undefined ? negativeTtlMs : ttlMs;
    const older = this.#lru.peek(key);
    const overtaken = older !== undefined && older.serial > ticket.serial;
    if (!overtaken && this.#clock.monotonicMs() < ticket.issuedMs + keepMs) {
      this.#keep(new Entry(key, value, tags, ticket, keepMs, this.#settings), older);
      return true;
    }
    if (keepMs > 0) this.#counters.fillsLate += 1;
    if (older !== undefined && !overtaken) this.#drop(older, 'replaced');
    return false;
  }

  /** Voids the tickets that the target covers and drops the entries. @returns how many */
  pass(target: Target, reason: 'invalidated' | 'deleted'): number {
    this.#fence.pass(target);
    let dropped = 0;
    for (const entry of this.#index.find(target)) if (this.#drop(entry, reason)) dropped += 1;
    return dropped;
  }

  /** Voids all tickets and drops all entries. @returns how many */
  clear(): number {
    this.#fence.pass({ kind: 'scope', key: '' });
    const dropped = this.#lru.size;
    this.#lru.clear();
    this.#counters.cleared += dropped;
    return dropped;
  }

  #mayServeOld(entry: Entry<V>, nowMs: number, invokedMs: number, proven = false): boolean {
    if (nowMs < entry.expiresMs) return proven || this.isProven(entry.issuedMs, invokedMs, nowMs);
    this.#drop(entry, 'expired');
    return false;
  }

  #keep(entry: Entry<V>, older: Entry<V> | undefined): void {
    this.#lru.set(entry.key, entry);
    this.#index.add(entry);
    this.#counters.fillsKept += 1;
    if (older !== undefined) this.#counters.replaced += 1;
    const evicted = this.#evicted;
    this.#evicted = undefined;
    if (evicted !== undefined) this.#counters.evicted += 1;
    this.#events.emit('fill', { key: entry.key, absent: entry.value === undefined });
    if (evicted !== undefined) this.#events.emit('drop', { key: evicted.key, reason: 'evicted' });
  }

  /** @returns whether it was still there; a listener may have dropped it meanwhile */
  #drop(entry: Entry<V>, reason: DropReason): boolean {
    if (this.#lru.peek(entry.key) !== entry) return false;
    this.#lru.delete(entry.key);
    this.#counters[reason] += 1;
    this.#events.emit('drop', { key: entry.key, reason });
    return true;
  }
}
