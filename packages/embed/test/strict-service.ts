import type { DatabaseSync } from 'node:sqlite';
import type { Clock, LeaseStore } from '@hearsay/spi';
import { type InMemoryHub, InMemoryTransport } from '@hearsay/testkit';
import { openSqliteLog } from '@hearsay/version-log';
import type { Cache, Hearsay, VersionLog } from '../src/index.js';
import { event, read, start } from './service.js';

/** Real time that can be moved on, the wall alone too. */
export class MovableClock implements Clock {
  #monotonicMs = 0;
  #wallMs = 0;

  monotonicMs(): number {
    return performance.now() + this.#monotonicMs;
  }

  wallMs(): number {
    return Date.now() + this.#wallMs;
  }

  advance(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }

  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }
}

/** A real log that can be put out of reach of its node, and told of. */
export class ReachableLog {
  isDark = false;
  readonly log: VersionLog;
  readonly leases: LeaseStore;
  readonly #opened: Awaited<ReturnType<typeof openSqliteLog>>;

  static async open(path: string): Promise<ReachableLog> {
    return new ReachableLog(await openSqliteLog({ path }));
  }

  private constructor(opened: Awaited<ReturnType<typeof openSqliteLog>>) {
    this.#opened = opened;
    const reach = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.isDark) throw new Error('the test has put the log out of reach');
      return call();
    };
    this.leases = {
      commitLease: (row) => reach(() => opened.leases.commitLease(row)),
      readLeases: () => reach(() => opened.leases.readLeases()),
      removeLeases: (rows) => reach(() => opened.leases.removeLeases(rows)),
    };
    this.log = {
      leases: this.leases,
      poll: (request) => reach(() => opened.poll(request)),
      ensureScopes: (scopes) => reach(() => opened.ensureScopes(scopes)),
      append: (origin, list) => reach(() => opened.append(origin, list)),
      appendInTransaction: (tx, origin, list) =>
        reach(() => opened.appendInTransaction(tx, origin, list)),
      write: (db: never, origin, callback: never) =>
        reach<never>(() => opened.write(db, origin, callback) as Promise<never>),
      close: () => opened.close(),
    };
  }

  close(): Promise<void> {
    return this.#opened.close();
  }
}

export interface StrictNode {
  readonly hearsay: Hearsay;
  readonly cache: Cache<string>;
  readonly log: ReachableLog;
  readonly clock: MovableClock;
  /** A strict read of what the database holds. */
  readonly read: (key: string) => Promise<string | undefined>;
}

export interface StrictNodeOptions {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly hub?: InMemoryHub;
  /** Long enough that a right outlasts a busy machine, where it does not matter. */
  readonly leaseMs?: number;
  readonly cleanup: (what: () => Promise<void>) => void;
}

/** A node with one strict scope `item`, which has read its log. */
export async function strictNode(node: string, options: StrictNodeOptions): Promise<StrictNode> {
  const { path, db, hub, leaseMs = 20_000, cleanup } = options;
  const log = await ReachableLog.open(path);
  cleanup(() => log.close());
  const clock = new MovableClock();
  const transport = hub ? { transport: new InMemoryTransport(hub) } : { mesh: false as const };
  const hearsay = await start({ node, log: log.log, clock, ...transport });
  const first = event(hearsay, 'reset');
  hearsay.cache('first', { ttlMs: 60_000 });
  await first;
  // From here on the lease table is known to it to name every holder (rule S4).
  clock.advance(61_000);
  const consistency = { strict: { leaseMs } };
  const cache = hearsay.cache<string>('item', { ttlMs: 60_000, consistency });
  const readKey = (key: string) => cache.getOrLoad(key, () => read(db, key));
  await readKey('warm');
  return { hearsay, cache, log, clock, read: readKey };
}

/** Every read awaits a poll, until one of them leaves a right behind. */
export async function untilRight({ hearsay, read: readKey }: StrictNode): Promise<void> {
  while (hearsay.status().strictScopes[0]?.rightForMs === 0) await readKey('warm');
}
