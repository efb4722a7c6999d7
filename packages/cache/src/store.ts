import {
  type Clock,
  type ScopeFreshness,
  type Target,
  VERSION_UNKNOWN,
  type Version,
} from '@hearsay/spi';
import { LRUCache } from 'lru-cache';
import { Departures } from './departures.js';
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
  /** Tickets issued when it was stored. What is read with one of them may be older or younger. */
  readonly storedSerial: number;
  /** At which it was read, where that is told: it may be behind the primary (rule F5). */
  readonly version: number | undefined;
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
    version: number | undefined,
    keepMs: number,
    settings: Settings,
  ) {
    this.key = key;
    this.value = value;
    this.tags = tags;
    this.issuedMs = ticket.issuedMs;
    this.serial = ticket.serial;
    this.storedSerial = ticket.fence.issued;
    this.version = version;
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
  readonly #departures: Departures;
  readonly #index = new TargetIndex<Entry<V>>();
  readonly #lru: LRUCache<string, Entry<V>>;
  /** The latest ticket that was handed out: it may come back at any time. Those of loads do not leave. */
  #handedSerial = 0;
  #loadingSerial: (key: string) => number = () => 0;
  #evicted: Entry<V> | undefined;

  constructor(settings: Settings, counters: Counters, events: Emitter) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#freshness = settings.freshness;
    this.#counters = counters;
    this.#events = events;
    this.#fence = new Fence(settings.ticketRingMax);
    this.#departures = new Departures(settings.ticketRingMax);
    this.#lru = new LRUCache({
      max: settings.entriesMax,
      // Called on every kind of removal, so that the index follows; listeners are told later.
      dispose: (entry, _key, reason) => {
        this.#index.remove(entry);
        if (reason !== 'set') this.#depart(entry.key, entry.storedSerial);
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

  /** @param serialOf the ticket's of the load of a key that is under way; 0 where there is none */
  watchLoads(serialOf: (key: string) => number): void {
    this.#loadingSerial = serialOf;
  }

  /** @param minimum by default the highest version that is known now, where one is enough */
  ticket(minimum: Version | undefined = this.#minimum()): Ticket {
    return this.#fence.ticket(this.#clock.monotonicMs(), minimum);
  }

  /** As {@link ticket}, for somebody outside of the cache. */
  handTicket(): Ticket {
    const ticket = this.ticket();
    this.#handedSerial = ticket.serial;
    return ticket;
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

  /** The entries that are within their TTL, the most recently used first. Not to be held over a turn. */
  *entries(): IterableIterator<Entry<V>> {
    const nowMs = this.#clock.monotonicMs();
    for (const entry of this.#lru.values()) if (nowMs < entry.expiresMs) yield entry;
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
   * Whether something was stored or answered for the key since the ticket: what is read with it may be
   * older, so that it must neither be kept nor shared with later readers (invariant G).
   */
  isOvertaken(key: string, ticket: Ticket): boolean {
    const storedSerial = this.#lru.peek(key)?.storedSerial ?? 0;
    return ticket.serial <= Math.max(storedSerial, this.#departures.serial(key));
  }

  /**
   * Keeps a fill unless an invalidation that covers it was passed since its ticket, the ticket is
   * overtaken, or its TTL has passed. What is older goes also where the fill, a negative one for
   * instance, is not kept.
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
    if (this.#fence.voids(ticket, key, tags) || this.isOvertaken(key, ticket)) {
      this.refuse(key, tags, ticket);
      return false;
    }
    if (isBehind(version, ticket.minimum)) {
      this.#counters.fillsBehind += 1;
      return false;
    }
    const { ttlMs, negativeTtlMs } = this.#settings;
    const keepMs = value === undefined ? negativeTtlMs : ttlMs;
    const older = this.#lru.peek(key);
    if (this.#clock.monotonicMs() < ticket.issuedMs + keepMs) {
      this.#keep(new Entry(key, value, tags, ticket, version, keepMs, this.#settings), older);
      return true;
    }
    if (keepMs > 0) this.#counters.fillsLate += 1;
    if (older !== undefined) this.#drop(older, 'replaced');
    return false;
  }

  /** Counts and tells a fill that others have overtaken. */
  refuse(key: string, tags: readonly string[], ticket: Ticket): void {
    const voided = this.#fence.voids(ticket, key, tags);
    this.#counters[voided ? 'fillsVoided' : 'fillsLate'] += 1;
    this.#events.emit('void', { key });
  }

  /**
   * What the readers of a load get whose value is not kept: an entry with a younger ticket in place of
   * it, since the policy of a read holds for that as well, unless it was read at an older version than they
   * may be given (rule F5). Otherwise the value, and nothing stays, or is kept later, that may be older (invariant G).
   * @param readBy tickets issued when its loader had ended
   */
  answer(key: string, value: V | undefined, ticket: Ticket, readBy: number): V | undefined {
    const entry = this.#lru.peek(key);
    const isAlive = entry !== undefined && this.#clock.monotonicMs() < entry.expiresMs;
    const isYounger = isAlive && entry.serial > ticket.serial;
    if (isYounger && !isBehind(entry.version, ticket.minimum)) return entry.value;
    this.#depart(key, readBy);
    if (entry !== undefined) this.#drop(entry, isAlive ? 'replaced' : 'expired');
    return value;
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
    this.#departures.forget(this.#fence.issued);
    const dropped = this.#lru.size;
    this.#lru.clear();
    this.#counters.cleared += dropped;
    return dropped;
  }

  /** How old a value is that was read at a known version, nobody can say: bounds and rights need the primary. */
  #minimum(): Version | undefined {
    const isBounded = this.#settings.boundMs < Number.POSITIVE_INFINITY;
    return isBounded ? VERSION_UNKNOWN : this.#freshness?.knownVersion?.();
  }

  /** Only a ticket that is out can be too old for it: of most keys there is none. */
  #depart(key: string, serial: number): void {
    const outSerial = Math.max(this.#handedSerial, this.#loadingSerial(key));
    this.#departures.note(key, Math.min(serial, outSerial));
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
