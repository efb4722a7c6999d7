import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Announcement,
  type AppliedPosition,
  type DiscoveryProvider,
  type Epoch,
  type Invalidation,
  type LogId,
  nodeNameOf,
  type Origin,
  type Scope,
  targetOf,
  type VersionSource,
} from '@hearsay/spi';

/** A connection of a user to the database, one statement at a time. */
export interface SqlSession {
  readonly dialect: 'postgres' | 'mysql' | 'sqlite';
  query(
    sql: string,
    params: readonly (string | number | null)[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface AppendedInSuite {
  readonly announcements: readonly Announcement[];
  readonly positions: readonly AppliedPosition[];
}

/** What the suite asks of an opened log. */
export interface LogUnderTest extends VersionSource {
  readonly logId: LogId;
  readonly discovery: DiscoveryProvider;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
  append(origin: Origin, invalidations: readonly Invalidation[]): Promise<AppendedInSuite>;
  appendInTransaction(
    tx: SqlSession,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<AppendedInSuite>;
  prune(options: {
    readonly scope: string;
    readonly keepRows?: number;
    readonly maxAgeMs?: number;
  }): Promise<{ readonly pruned: number }>;
}

/** A new, empty log in a database of its own, which has a table `item (name)`. */
export interface VersionLogSubject {
  readonly log: LogUnderTest;
  /** The database has one write lock for all, taken when a transaction begins. */
  readonly oneWriter: boolean;
  /** Opens the same log again, as another process would. */
  open(): Promise<LogUnderTest>;
  connect(): Promise<SqlSession>;
  close(): Promise<void>;
}

export const ORIGIN: Origin = { node: nodeNameOf('n1'), epoch: '00000000000000aa' as Epoch };

export function key(scope: Scope, name: string): Invalidation {
  return { scope, target: targetOf({ key: name }) };
}

/** SQLite waits on the thread that the other writer may need, so it is asked again instead. */
export async function begin(session: SqlSession): Promise<void> {
  if (session.dialect !== 'sqlite') {
    await session.query('BEGIN', []);
    return;
  }
  for (;;) {
    try {
      await session.query('BEGIN IMMEDIATE', []);
      return;
    } catch (error) {
      if (!/locked|busy/i.test(String(error))) throw error;
      await nextTurn();
    }
  }
}

/** Runs the body in a transaction of the session. */
export async function within<T>(session: SqlSession, body: () => Promise<T>): Promise<T> {
  await begin(session);
  try {
    const value = await body();
    await session.query('COMMIT', []);
    return value;
  } catch (error) {
    await session.query('ROLLBACK', []);
    throw error;
  }
}
