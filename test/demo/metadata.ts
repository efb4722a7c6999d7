import type { DatabaseSync } from 'node:sqlite';
import type { TargetInput } from '@hearsay/spi';
import type { Cache, Hearsay } from 'hearsay';
import { CatalogueReader, CatalogueWriter, type Item, tagsOf } from './catalogue.ts';
import { nowUs } from './clock.ts';
import type { CachedAnswer, NodeView, ReadAnswer, ReadRequest, WriteAnswer } from './messages.ts';
import {
  type DemoScope,
  LICENCE_BOUND_MS,
  LICENCE_TTL_MS,
  PACKAGE_TTL_MS,
  SCOPES,
} from './scopes.ts';

/** The service itself: packages and licences, read through the cache, changed in transactions. */
export class Metadata {
  readonly epoch: string;
  readonly #hearsay: Hearsay;
  readonly #db: DatabaseSync;
  readonly #reader: CatalogueReader;
  readonly #writer: CatalogueWriter;
  readonly #caches: Record<DemoScope, Cache<Item>>;
  /** Hits that are none of a client's: those of probes and of looks into the cache. */
  #watcherHits = 0;

  constructor(hearsay: Hearsay, db: DatabaseSync, readingDb: DatabaseSync) {
    this.epoch = hearsay.status().epoch;
    this.#hearsay = hearsay;
    this.#db = db;
    this.#reader = new CatalogueReader(readingDb);
    this.#writer = new CatalogueWriter(db);
    this.#caches = {
      package: hearsay.cache('package', { ttlMs: PACKAGE_TTL_MS, consistency: 'eventual' }),
      licence: hearsay.cache('licence', {
        ttlMs: LICENCE_TTL_MS,
        consistency: { boundedMs: LICENCE_BOUND_MS },
      }),
    };
  }

  get caches(): Cache<Item>[] {
    return SCOPES.map((scope) => this.#caches[scope]);
  }

  /** @param token of a write that the read must see */
  read(scope: DemoScope, key: string, token?: string): Promise<Item | undefined> {
    const load = (): Item | undefined => this.#reader.find(scope, key);
    return this.#caches[scope].getOrLoad(key, load, { tags: tagsOf, token });
  }

  async readMany(request: ReadRequest): Promise<ReadAnswer> {
    const { scope, keys, token } = request;
    if (request.probe) return this.#probe(scope, keys);
    const items = await Promise.all(keys.map((key) => this.read(scope, key, token)));
    return { epoch: this.epoch, items: items.map((item) => item ?? null) };
  }

  /** @throws {AbortedError} when `abort` was wanted; nothing is written, nothing told */
  async write(
    scope: DemoScope,
    target: TargetInput,
    options: { readonly writeId: string; readonly abort: boolean },
  ): Promise<WriteAnswer> {
    const beganUs = nowUs();
    const { value, token } = await this.#hearsay.write(this.#db, (tx) => {
      const revision = this.#writer.touch(scope, target, options.writeId);
      tx.invalidate(scope, target);
      if (options.abort) throw new AbortedError('aborted, as asked');
      return revision;
    });
    return { revision: value ?? 0, token, beganUs, ackUs: nowUs() };
  }

  async cached(): Promise<CachedAnswer> {
    const keys = this.#reader.all('package').map(({ key }) => key);
    // A bounded entry is only shown while it is proven to be fresh: one read proves all.
    for (const scope of SCOPES) await this.read(scope, keys[0] ?? '');
    const entries = SCOPES.flatMap((scope) =>
      keys.flatMap((key) => {
        const item = this.#peek(scope, key);
        return item ? { scope, item } : [];
      }),
    );
    return { epoch: this.epoch, entries };
  }

  view(): NodeView {
    const status = this.#hearsay.status();
    const stats: Record<string, number> = {};
    for (const scope of SCOPES)
      for (const [name, count] of Object.entries(this.#caches[scope].stats()))
        stats[name] = (stats[name] ?? 0) + count;
    return {
      coherence: status.coherence,
      scopes: status.scopes.map(({ scope, appliedThrough, logVersion }) => ({
        scope,
        appliedThrough: appliedThrough ?? null,
        logVersion: logVersion ?? null,
      })),
      hits: (stats['hits'] ?? 0) - this.#watcherHits,
      misses: stats['misses'] ?? 0,
      byGossip: status.counters['appliedByGossip'] ?? 0,
      byLog: status.counters['appliedByLog'] ?? 0,
      peers: status.peers.length,
      resets: status.counters['resets'] ?? 0,
      stats,
    };
  }

  status(): object {
    return this.#hearsay.status();
  }

  /** As {@link readMany}; says of each key how it was answered. */
  async #probe(scope: DemoScope, keys: readonly string[]): Promise<ReadAnswer> {
    let turnIsOver = false;
    setImmediate(() => {
      turnIsOver = true;
    });
    const outcomes: string[] = [];
    const items = await Promise.all(
      keys.map(async (key, index) => {
        const held = this.#peek(scope, key) !== undefined;
        if (held) this.#watcherHits++;
        const item = await this.read(scope, key);
        outcomes[index] = held ? (turnIsOver ? 'l' : 'h') : 'm';
        return item ?? null;
      }),
    );
    return { epoch: this.epoch, items, outcomes: outcomes.join('') };
  }

  #peek(scope: DemoScope, key: string): Item | undefined {
    const item = this.#caches[scope].get(key);
    if (item) this.#watcherHits++;
    return item;
  }
}

/** Thrown inside a transaction that shall be rolled back. */
export class AbortedError extends Error {}
