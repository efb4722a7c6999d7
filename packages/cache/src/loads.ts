import { type Target, VERSION_UNKNOWN } from '@hearsay/spi';
import { CacheClosedError, LoadAbandonedError, LoadTimeoutError } from './errors.js';
import type { Emitter } from './events.js';
import { Load, NO_TAGS, type Source } from './load.js';
import { loadContext } from './load-context.js';
import type { Settings } from './settings.js';
import type { Counters } from './stats.js';
import type { Store } from './store.js';
import { tagsOf } from './tags.js';
import { TargetIndex } from './target-index.js';

/** One call of a loader, for one or many keys. */
interface Run<V> {
  readonly loads: readonly Load<V>[];
  readonly source: Source<V>;
  readonly controller: AbortController;
  /** Loads that have not ended. */
  open: number;
}

/**
 * Runs loaders. Knows of each key the latest load until its loader has ended: no other may be kept, and
 * it may be joined until an invalidation covers it (rule F4). Which of two loads has read later nobody
 * can tell. So a load that another one has superseded answers when that one's loader has ended, and
 * with what was kept then, if anything was (invariant G).
 */
export class Loads<V> {
  readonly #settings: Settings;
  readonly #store: Store<V>;
  readonly #counters: Counters;
  readonly #events: Emitter;
  readonly #latest = new Map<string, Load<V>>();
  /** Those of {@link #latest} that a reader may join. */
  readonly #joinable = new Map<string, Load<V>>();
  readonly #index = new TargetIndex<Load<V>>();
  /** Those of {@link #joinable} whose tags depend on the value: any tag may be theirs. */
  readonly #tagsUnknown = new Set<Load<V>>();
  readonly #runs = new Map<Load<V>, Run<V>>();
  #closed: CacheClosedError | undefined;

  constructor(settings: Settings, store: Store<V>, counters: Counters, events: Emitter) {
    this.#settings = settings;
    this.#store = store;
    this.#counters = counters;
    this.#events = events;
    store.watchLoads((key) => this.#latest.get(key)?.ticket.serial ?? 0);
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  get inFlight(): number {
    return this.#joinable.size;
  }

  isLoading(key: string): boolean {
    return this.#latest.has(key);
  }

  /**
   * @param proven the scope was proven for that read: what was overtaken before is detached
   * @returns the load that a read invoked at `invokedMs` may share
   */
  joinable(key: string, invokedMs: number, proven: boolean): Load<V> | undefined {
    const load = this.#joinable.get(key);
    if (load === undefined) return undefined;
    const { issuedMs } = load.ticket;
    // Its value is as old as its ticket, so the policy holds for it as for an entry.
    const young = invokedMs < issuedMs + this.#settings.ttlMs;
    if (!young || this.#store.isOvertaken(key, load.ticket)) return undefined;
    const nowMs = this.#settings.clock.monotonicMs();
    return proven || this.#store.isProven(issuedMs, invokedMs, nowMs) ? load : undefined;
  }

  /**
   * Issues the tickets, then calls the loader in the same turn.
   * @param use `private`: for its starter alone; `background`: for nobody, a refresh
   * @throws {CacheClosedError}
   */
  start(
    keys: readonly string[],
    source: Source<V>,
    use: 'shared' | 'private' | 'background',
  ): readonly Load<V>[] {
    if (this.closed) throw new CacheClosedError('the cache is closed; open another');
    // The write that a read around the cache must see may not be known here.
    const ticket = this.#store.ticket(use === 'private' ? VERSION_UNKNOWN : undefined);
    const tags = typeof source.tags === 'function' ? NO_TAGS : source.tags;
    const background = use === 'background';
    const loads = keys.map((key) => new Load<V>(key, ticket, tags, background));
    const controller = new AbortController();
    const run: Run<V> = { loads, source, controller, open: loads.length };
    for (const load of loads) {
      this.#runs.set(load, run);
      this.#supersede(load);
      if (use !== 'private') this.#offer(load, typeof source.tags === 'function');
    }
    this.#counters.loads += 1;
    void this.#run(run);
    return loads;
  }

  /** The reader of these loads stops waiting. What nobody waits for is given up. */
  leave(loads: readonly Load<V>[]): void {
    for (const load of loads) {
      if (!load.leave() || load.settled) continue;
      const run = this.#end(load);
      const error = new LoadAbandonedError('nobody waits for this load any more');
      load.fail(error);
      if (run?.open === 0) run.controller.abort(error);
      release(load);
    }
  }

  /** Later readers of what the target covers start their own load. */
  detach(target: Target): void {
    for (const load of this.#index.find(target)) this.#withdraw(load);
    if (target.kind === 'tag') for (const load of this.#tagsUnknown) this.#withdraw(load);
  }

  close(): void {
    this.#closed ??= new CacheClosedError('the cache was closed while a load was in flight');
    for (const run of new Set(this.#runs.values())) this.#fail(run, this.#closed);
  }

  async #run(run: Run<V>): Promise<void> {
    const timer = this.#startTimer(run);
    try {
      const keys = run.loads.map((load) => load.key);
      const { ticket } = run.loads[0] as Load<V>;
      let version: number | undefined;
      const context = loadContext(ticket, run.controller.signal, (readAt, refused) => {
        if (refused) this.#counters.fillsBehind += run.loads.length;
        else version = Math.min(readAt, version ?? readAt);
      });
      const values = await run.source.load(keys, context);
      // Tags first: if they are not valid, nothing of the batch is kept.
      const tags = run.loads.map((load) => tagsFor(run.source, load.key, values.get(load.key)));
      run.loads.forEach((load, at) => {
        this.#finish(load, values.get(load.key), tags[at] ?? NO_TAGS, version);
      });
    } catch (error) {
      this.#fail(run, error);
    } finally {
      clearTimeout(timer);
    }
  }

  #startTimer(run: Run<V>): NodeJS.Timeout | undefined {
    const { loadTimeoutMs } = this.#settings;
    if (loadTimeoutMs === Infinity) return undefined;
    const error = new LoadTimeoutError(
      `the loader did not settle within ${loadTimeoutMs} ms; heed its signal or raise loadTimeoutMs`,
    );
    return setTimeout(() => this.#fail(run, error), loadTimeoutMs);
  }

  #finish(
    load: Load<V>,
    value: V | undefined,
    tags: readonly string[],
    version: number | undefined,
  ): void {
    if (load.settled) return;
    const { key, ticket } = load;
    const latest = this.#latest.get(key);
    // Out of the table first: whoever comes now finds the entry, or loads anew.
    this.#end(load);
    const readBy = ticket.fence.issued;
    if (latest !== load) this.#store.refuse(key, tags, ticket);
    else if (this.#store.put(key, value, tags, ticket, version)) load.settle(value);
    const answer = (): void => this.#answer(load, value, readBy);
    // Loads that begin from now on read later than this one has; of those under way only the latest
    // may be kept or joined, so it is the only one to wait for.
    if (latest === undefined || latest === load) answer();
    else latest.followers.push(answer);
    release(load);
  }

  /** Settles a load whose value is not kept. */
  #answer(load: Load<V>, value: V | undefined, readBy: number): void {
    if (load.settled) return;
    if (this.#closed !== undefined) load.fail(this.#closed);
    else if (!load.isRead) load.settle(value);
    else load.settle(this.#store.answer(load.key, value, load.ticket, readBy));
  }

  #fail(run: Run<V>, error: unknown): void {
    const unsettled = run.loads.filter((load) => !load.settled);
    if (unsettled.length === 0) return;
    for (const load of unsettled) {
      this.#end(load);
      load.fail(error);
    }
    run.controller.abort(error);
    this.#counters.loadErrors += 1;
    const keys = unsettled.map((load) => load.key);
    const { background } = unsettled[0] as Load<V>;
    this.#events.emit('loadError', { keys, error, background });
    for (const load of unsettled) release(load);
  }

  #supersede(load: Load<V>): void {
    const older = this.#latest.get(load.key);
    if (older !== undefined) this.#withdraw(older);
    this.#latest.set(load.key, load);
  }

  #offer(load: Load<V>, tagsUnknown: boolean): void {
    this.#joinable.set(load.key, load);
    this.#index.add(load);
    if (tagsUnknown) this.#tagsUnknown.add(load);
  }

  #withdraw(load: Load<V>): void {
    if (this.#joinable.get(load.key) !== load) return;
    this.#joinable.delete(load.key);
    this.#index.remove(load);
    this.#tagsUnknown.delete(load);
  }

  #end(load: Load<V>): Run<V> | undefined {
    this.#withdraw(load);
    if (this.#latest.get(load.key) === load) this.#latest.delete(load.key);
    const run = this.#runs.get(load);
    if (run !== undefined && this.#runs.delete(load)) run.open -= 1;
    return run;
  }
}

function release<V>(load: Load<V>): void {
  for (const follower of load.followers.splice(0)) follower();
}

function tagsFor<V>(source: Source<V>, key: string, value: V | undefined): readonly string[] {
  if (typeof source.tags !== 'function') return source.tags;
  return value === undefined ? NO_TAGS : tagsOf(source.tags(value, key));
}
