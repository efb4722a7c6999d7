import { type Invalidation, LogUnavailableError, type Origin } from '@hearsay/spi';
import type { DatabaseAdapter } from '../adapters/database-adapter.js';
import { ServerLog, type ServerLogParts } from '../server/server-log.js';
import { appendBatches, appendInTransaction } from '../write/append-in-transaction.js';
import { appendOnPostgres } from '../write/append-postgres.js';
import { type Appended, batchesOf } from '../write/batch.js';
import type { WriteTransaction } from '../write/collected.js';
import type { SqlTransaction } from '../write/sql-transaction.js';
import type { Written } from '../write/write.js';
import type { PostgresClient, PostgresConnectionOf, PostgresPool } from './client.js';
import { withNames } from './prepared.js';
import { type PostgresWriteOptions, writeOnPostgres } from './write-on-postgres.js';

/** The version log in a PostgreSQL database. Made by `openPostgresLog`. */
export class PostgresVersionLog extends ServerLog {
  readonly #preparedStatements: boolean;
  #closed = false;

  /** @internal */
  constructor(parts: ServerLogParts, preparedStatements: boolean) {
    super(parts);
    this.#preparedStatements = preparedStatements;
  }

  /**
   * Runs the callback once in a transaction on the caller's connection and appends what it
   * invalidates, last. Everything in the callback goes through the client that it is given.
   *
   * @param db a pool, one connection without an open transaction, or a library such as `kyselyDatabase` shows it
   * @returns after COMMIT was answered with COMMIT; announce only then
   * @throws {TransactionOpenError} nothing is done
   * @throws {WriteContendedError} retry the transaction @throws {TransactionRolledBackError}
   * @throws {LogTablesMissingError} {@link LogReadOnlyError} {@link DatabaseFullError} {@link LogUnavailableError}
   * all is rolled back
   * @throws {TransactionEndedError} {@link CommitUncertainError} the outcome is unknown: announce
   * their hints (rule L2)
   * @throws what the callback or its invalidations throw; all is rolled back
   */
  async write<Db extends PostgresPool | PostgresClient | DatabaseAdapter<unknown>, T>(
    db: Db,
    origin: Origin,
    callback: (tx: WriteTransaction, client: PostgresConnectionOf<Db>) => Promise<T> | T,
  ): Promise<Written<T>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { tables } = this.parts;
    const options: PostgresWriteOptions = {
      preparedStatements: this.#preparedStatements,
      append: (tx, invalidations, marker) => {
        const batches = batchesOf(invalidations);
        return appendBatches(batches, () => appendOnPostgres(tx, tables, origin, batches, marker));
      },
      appending: (invalidations, append) => this.appending(invalidations, append),
    };
    return writeOnPostgres(db, options, callback as never);
  }

  override async appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended> {
    return super.appendInTransaction(
      withNames(tx, this.#preparedStatements),
      origin,
      invalidations,
    );
  }

  /**
   * {@link write} without changes of the caller's, on a connection of the log's own: for what is
   * committed already.
   * @throws {LogUnavailableError} the outcome may be unknown
   */
  async append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended> {
    const { writes, options, place } = this.parts;
    return this.appending(invalidations, () =>
      // One statement, so it is a transaction.
      writes.run(options.writeTimeoutMs, (connection) => {
        const tx: SqlTransaction = {
          dialect: 'postgres',
          query: async (sql, params) => (await connection.run({ sql, params })).rows,
        };
        return appendInTransaction(tx, origin, invalidations, place);
      }),
    );
  }

  override async close(): Promise<void> {
    this.#closed = true;
    await super.close();
  }
}
