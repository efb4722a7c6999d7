import {
  ConfigInvalidError,
  type DiscoveryProvider,
  type Invalidation,
  type LeaseStore,
  type Origin,
  type VersionSource,
} from '@hearsay/spi';
import {
  type Appended,
  type MysqlLogOptions,
  openMysqlLog,
  openPostgresLog,
  openSqliteLog,
  type PostgresLogOptions,
  type SqliteLogOptions,
  type SqlTransaction,
  type Written,
} from '@hearsay/version-log';

/** What a node needs of a version log. `openSqliteLog`, `openPostgresLog` and `openMysqlLog` return one. */
export interface VersionLog extends VersionSource {
  readonly discovery?: DiscoveryProvider;
  /** Required by strict scopes and by revocations. */
  readonly leases?: LeaseStore;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
  /** Deletes the oldest rows of a scope, its floor first (rule L4). */
  prune?(options: {
    readonly scope: string;
    readonly maxAgeMs?: number;
    readonly keepRows: number;
  }): Promise<unknown>;
  /** Appends in a transaction of its own, over a connection of the log's. */
  append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended>;
  /** Appends in a transaction that the caller has open, last in it, and commits itself. */
  appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended>;
  /** As the log's own: the connection, and what the callback is given and returns, depend on its driver. */
  write(db: never, origin: Origin, callback: never): Promise<Written<unknown>>;
}

/** A log for the node to open, and to close. */
export type LogChoice =
  /** A database file: its path, or all options. */
  | { readonly sqlite: string | SqliteLogOptions }
  /** A PostgreSQL database: its URL, or all options. */
  | { readonly postgres: string | PostgresLogOptions }
  /** A MariaDB or MySQL database: its URL, or all options. */
  | { readonly mysql: string | MysqlLogOptions };

const CHOICES = ['sqlite', 'postgres', 'mysql'] as const;

/** @throws {ConfigInvalidError} neither a log nor the choice of one */
export function checkLog(log: LogChoice | VersionLog): void {
  const isLog = typeof log === 'object' && log !== null && 'poll' in log && 'append' in log;
  if (isLog) return;
  const chosen = typeof log === 'object' && log !== null ? Object.keys(log) : [];
  const [name] = chosen;
  if (chosen.length !== 1 || !CHOICES.some((choice) => choice === name))
    throw new ConfigInvalidError(
      "option log must be { sqlite: 'path' }, { postgres: 'URL' }, { mysql: 'URL' } or an opened log: give one of them",
    );
}

export interface OpenedLog {
  readonly log: VersionLog | undefined;
  /** Whether the node closes it. */
  readonly ownsLog: boolean;
}

/** @throws as the function that opens such a log */
export async function openLog(log: LogChoice | VersionLog | undefined): Promise<OpenedLog> {
  const isChoice = log && ('sqlite' in log || 'postgres' in log || 'mysql' in log);
  return isChoice ? { log: await opened(log), ownsLog: true } : { log, ownsLog: false };
}

async function opened(choice: LogChoice): Promise<VersionLog> {
  if ('postgres' in choice) {
    const { postgres } = choice;
    return openPostgresLog(
      typeof postgres === 'string' ? { connectionString: postgres } : postgres,
    );
  }
  if ('mysql' in choice) {
    const { mysql } = choice;
    return openMysqlLog(typeof mysql === 'string' ? { connectionString: mysql } : mysql);
  }
  return openSqliteLog(typeof choice.sqlite === 'string' ? { path: choice.sqlite } : choice.sqlite);
}
