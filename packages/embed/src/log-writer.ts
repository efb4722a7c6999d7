import {
  type Announcement,
  ConfigInvalidError,
  formatToken,
  type Invalidation,
  invalidationOf,
  type Origin,
  type TargetInput,
} from '@hearsay/spi';
import {
  type Appended,
  CommitUncertainError,
  type DatabaseAdapter,
  type MysqlConnection,
  type MysqlConnectionOf,
  type MysqlPool,
  type PostgresClient,
  type PostgresConnectionOf,
  type PostgresPool,
  type SqliteConnection,
  type SqlTransaction,
  TransactionEndedError,
  type WriteTransaction,
} from '@hearsay/version-log';
import type { VersionLog } from './version-log.js';

/** What a committed write returns. */
export interface WriteResult<T> {
  /** What the callback returned. */
  readonly value: T;
  /** With it a read anywhere sees this write. */
  readonly token: string;
}

/**
 * A write over each kind of connection. It has no open transaction; what the callback does, it does
 * on that connection or on what it is given.
 *
 * @throws {WriteContendedError} retry the transaction; nothing is written
 * @throws {TransactionRolledBackError} a statement had failed; nothing is written
 * @throws {CommitUncertainError} {@link TransactionEndedError} the outcome is unknown; others were told to drop
 * @throws what the callback throws; nothing is written
 */
export interface Write {
  /** SQLite: the callback is synchronous. */
  <T>(db: SqliteConnection, callback: (tx: WriteTransaction) => T): Promise<WriteResult<T>>;
  /** PostgreSQL: a pool or a client of `pg`. */
  <Db extends PostgresPool | PostgresClient, T>(
    db: Db,
    callback: (tx: WriteTransaction, client: PostgresConnectionOf<Db>) => Promise<T>,
  ): Promise<WriteResult<T>>;
  /** MariaDB and MySQL: a pool or a connection of `mysql2/promise`. */
  <Db extends MysqlPool | MysqlConnection, T>(
    db: Db,
    callback: (tx: WriteTransaction, connection: MysqlConnectionOf<Db>) => Promise<T>,
  ): Promise<WriteResult<T>>;
  /** A library: `kyselyDatabase(kysely)` and its kind. The callback is given the library's own transaction. */
  <Transaction, T>(
    db: DatabaseAdapter<Transaction>,
    callback: (tx: WriteTransaction, transaction: Transaction) => Promise<T>,
  ): Promise<WriteResult<T>>;
}

export interface LogWriterOptions {
  readonly self: Origin;
  readonly log: VersionLog | undefined;
  /** Applies here and tells the others. */
  readonly publish: (announcements: readonly Announcement[]) => void;
}

/** What a node writes to its log, and what it tells of it: places of what is committed, hints otherwise. */
export class LogWriter {
  readonly #options: LogWriterOptions;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** In a transaction on the service's connection, or of a library. */
  async write<T>(db: object, callback: (...args: never[]) => unknown): Promise<WriteResult<T>> {
    const log = this.#logFor('write');
    const { self, publish } = this.#options;
    try {
      const written = await log.write(db as never, self, callback as never);
      publish(written.announcements);
      return { value: written.value as T, token: formatToken(written.positions) };
    } catch (error) {
      // The outcome is unknown: hints drop what it may have changed, everywhere (rule L2).
      if (error instanceof CommitUncertainError || error instanceof TransactionEndedError)
        publish(error.hints);
      throw error;
    }
  }

  /** In a transaction that somebody else commits. */
  async append(
    tx: SqlTransaction,
    invalidations: readonly (readonly [scope: string, target: TargetInput])[],
  ): Promise<PendingWrite> {
    const log = this.#logFor('append');
    const list = invalidations.map(([scope, target]) => invalidationOf(scope, target));
    const appended = await log.appendInTransaction(tx, this.#options.self, list);
    return new PendingWrite(appended, this.#options.publish);
  }

  /** Of what has changed already, log or no log. @returns the token; `''` without a log */
  async announce(invalidations: readonly Invalidation[]): Promise<string> {
    const { log, self, publish } = this.#options;
    if (!log) {
      publish(invalidations);
      return '';
    }
    try {
      const { announcements, positions } = await log.append(self, invalidations);
      publish(announcements);
      return formatToken(positions);
    } catch (error) {
      // What they name has changed already: hints drop it everywhere (rule L2).
      publish(invalidations);
      throw error;
    }
  }

  #logFor(what: string): VersionLog {
    const { log } = this.#options;
    if (log) return log;
    throw new ConfigInvalidError(`${what} needs the log option; invalidate does not`);
  }
}

/**
 * What was appended in a transaction that the caller commits. Say how it ended, once: after a
 * rollback nothing, and where nothing is said polling delivers what was committed.
 */
export class PendingWrite {
  readonly #appended: Appended;
  readonly #publish: (announcements: readonly Announcement[]) => void;
  #told = false;

  /** @internal */
  constructor(appended: Appended, publish: (announcements: readonly Announcement[]) => void) {
    this.#appended = appended;
    this.#publish = publish;
  }

  /**
   * COMMIT has succeeded: others hear of it now.
   * @returns the token with which a read anywhere sees this write
   */
  committed(): string {
    this.#tell(this.#appended.announcements);
    return formatToken(this.#appended.positions);
  }

  /** It is unknown whether COMMIT succeeded: others drop what it may have changed (rule L2). */
  uncertain(): void {
    this.#tell(this.#appended.announcements.map(({ scope, target }) => ({ scope, target })));
  }

  #tell(announcements: readonly Announcement[]): void {
    if (this.#told) return;
    this.#told = true;
    this.#publish(announcements);
  }
}
