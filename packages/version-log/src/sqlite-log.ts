import {
  type DiscoveryProvider,
  type Invalidation,
  type LeaseStore,
  type LogId,
  LogUnavailableError,
  type Origin,
  type PollAnswer,
  type PollRequest,
  scopeOf,
  type VersionSource,
} from '@hearsay/spi';
import { type DatabaseAdapter, isDatabaseAdapter } from './adapters/database-adapter.js';
import { LogDiscovery } from './discovery.js';
import { LogLeases } from './leases.js';
import { integerWithin, type SqliteLogOptions, validOptions } from './options.js';
import { type PruneOptions, validPrune } from './prune-options.js';
import type { SqliteConnection } from './sqlite.js';
import { openSqlite, refuseOtherDriver } from './sqlite-driver.js';
import { inWriteTransaction } from './transaction.js';
import { requireFile } from './worker/check-file.js';
import { WorkerClient } from './worker/client.js';
import type { OpenedFile } from './worker/log-file.js';
import { appendToLog } from './write/append.js';
import { appendInTransaction } from './write/append-in-transaction.js';
import type { Appended } from './write/batch.js';
import type { WriteTransaction } from './write/collected.js';
import { requireConnection } from './write/require-connection.js';
import type { SqlTransaction } from './write/sql-transaction.js';
import { SqliteSteps } from './write/sqlite-steps.js';
import { type Written, write } from './write/write.js';
import { writeThrough } from './write/write-through.js';

/** Above what the worker itself waits, so that its reason is heard rather than a timeout. */
const OPEN_TIMEOUT_MS = 20_000;
const PRUNE_TIMEOUT_MS = 10 * 60_000;

/**
 * Opens the log in a SQLite file and makes its tables where they are missing. A database that has
 * no table at all is set to WAL; any other keeps its journal mode.
 *
 * @throws {ConfigInvalidError} before anything is opened
 * @throws {LogFileUnreadableError} the file or its directory is missing, unreadable or not writable
 * @throws {LogFileForeignError} not a SQLite file, or its tables of that prefix are not Hearsay's
 * @throws {LogSchemaNewerError} a newer release made the tables
 * @throws {LogUnavailableError} other processes kept the file locked
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteVersionLog> {
  const valid = validOptions(options);
  const worker = new WorkerClient({
    driver: valid.driver,
    path: valid.path,
    tablePrefix: valid.tablePrefix,
    // Half, so that the worker's reason is heard. Outside WAL writers can lock a reader out that long.
    busyTimeoutMs: Math.ceil(valid.pollTimeoutMs / 2),
    waitMs: valid.writeWaitMs,
    discoveryWindowMs: valid.discoveryWindowMs,
  });
  try {
    const opened = await worker.call('open', [], OPEN_TIMEOUT_MS);
    return new SqliteVersionLog(valid, worker, opened);
  } catch (error) {
    await worker.close(valid.pollTimeoutMs);
    throw error;
  }
}

/** The version log in a SQLite file that any number of processes share. Made by {@link openSqliteLog}. */
export class SqliteVersionLog implements VersionSource {
  /** The log that the file held when it was opened; a poll says which one it holds now. */
  readonly logId: LogId;
  /** `wal` is advised: in other modes readers and writers hold each other up. */
  readonly journalMode: string;
  readonly tablePrefix: string;
  /** Nodes that share this log, by rows in it. */
  readonly discovery: DiscoveryProvider;
  /** Who may serve strict scopes from memory. */
  readonly leases: LeaseStore;
  readonly #options: Required<SqliteLogOptions>;
  readonly #worker: WorkerClient;
  #closed = false;

  /** @internal */
  constructor(options: Required<SqliteLogOptions>, worker: WorkerClient, opened: OpenedFile) {
    this.#options = options;
    this.#worker = worker;
    this.logId = opened.logId;
    this.journalMode = opened.journalMode;
    this.tablePrefix = options.tablePrefix;
    this.discovery = new LogDiscovery({
      announce: (self) => worker.call('announce', [self], this.#writeTimeoutMs),
      withdraw: (self) => worker.call('withdraw', [self], this.#writeTimeoutMs),
      discover: () => worker.call('discover', [], this.#writeTimeoutMs),
    });
    this.leases = new LogLeases(worker, options.pollTimeoutMs, this.#writeTimeoutMs);
  }

  /**
   * {@link VersionSource.poll}: in a worker, on a connection that does nothing else (rule L3).
   * @throws {LogUnavailableError} also when `pollTimeoutMs` ran out
   * @throws {ConfigInvalidError} `rowsMax` is not 1 … 65,536
   */
  async poll(request: PollRequest): Promise<PollAnswer> {
    const rowsMax = integerWithin('rowsMax', request.rowsMax, 1, 65_536);
    const plain = { positions: request.positions, rowsMax };
    return this.#worker.call('poll', [plain], this.#options.pollTimeoutMs);
  }

  /**
   * Creates the counters that do not exist yet (rule L6). Writes do it too; ahead, polls know them.
   * @throws {NameInvalidError} none is created
   */
  async ensureScopes(scopes: Iterable<string>): Promise<void> {
    const valid = [...new Set(scopes)].map(scopeOf);
    await this.#worker.call('ensureScopes', [valid], this.#writeTimeoutMs);
  }

  /**
   * Deletes the oldest rows of a scope (rule L4). A reader that still needed them starts anew.
   * @throws {ConfigInvalidError} {@link NameInvalidError} nothing is deleted
   * @throws {LogUnavailableError} the floor may be raised, and some rows be gone
   */
  async prune(options: PruneOptions): Promise<{ readonly pruned: number }> {
    const what = validPrune(options);
    return { pruned: await this.#worker.call('prune', [what], PRUNE_TIMEOUT_MS) };
  }

  /**
   * Runs the callback in a transaction of its own on the caller's connection and appends what it
   * invalidates, last. The callback is synchronous and runs once; waiting for other writers is
   * asynchronous. In WAL mode COMMIT waits for nobody; else it may block 250 ms for readers.
   *
   * @param db a connection of the log's driver to its file, without an open transaction
   * @returns after COMMIT has succeeded; announce only then
   * @throws {WriteContendedError} rolled back or never begun: retry
   * @throws {WriteCallbackAsyncError} {@link TransactionOpenError} {@link LogTablesMissingError}
   * nothing is written
   * @throws {TransactionEndedError} {@link CommitUncertainError} the outcome is unknown: announce
   * their hints (rule L2)
   * @throws what the callback or its invalidations throw; everything is rolled back
   */
  async write<T>(
    db: SqliteConnection,
    origin: Origin,
    callback: (tx: WriteTransaction) => T,
  ): Promise<Written<T>>;
  /** In a transaction of a library, whose callback is asynchronous. WAL mode only. @throws as the other */
  async write<Transaction, T>(
    db: DatabaseAdapter<Transaction>,
    origin: Origin,
    callback: (tx: WriteTransaction, transaction: Transaction) => Promise<T>,
  ): Promise<Written<T>>;
  async write<T>(
    db: SqliteConnection | DatabaseAdapter<unknown>,
    origin: Origin,
    callback: (tx: WriteTransaction, transaction?: never) => T,
  ): Promise<Written<unknown>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { driver, tablePrefix, writeWaitMs: waitMs } = this.#options;
    if (isDatabaseAdapter(db)) {
      const steps = new SqliteSteps({ driver, tablePrefix, origin, waitMs });
      return writeThrough(db, steps, callback as never);
    }
    requireConnection(db, ['prepare', 'exec'], 'a connection of node:sqlite or better-sqlite3');
    refuseOtherDriver(db, driver);
    return write(db, { tablePrefix, origin, waitMs }, callback);
  }

  /**
   * {@link write} without changes of the caller's, on a connection of the log's own: for what is
   * committed already.
   */
  async append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { driver, path, tablePrefix, writeWaitMs } = this.#options;
    requireFile(path);
    // Opened anew each time: a connection that is kept would go on writing into a replaced file.
    const db = openSqlite(driver, path);
    try {
      return await inWriteTransaction(db, { waitMs: writeWaitMs, hints: invalidations }, () =>
        appendToLog(db, tablePrefix, origin, invalidations),
      );
    } finally {
      db.close();
    }
  }

  /** Appends in a transaction that the caller has open, last in it; as the function of that name. */
  async appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    return appendInTransaction(tx, origin, invalidations, { tablePrefix: this.tablePrefix });
  }

  /** Ends the worker. The caller's connections stay open. Later calls resolve too. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.close(this.#options.pollTimeoutMs);
  }

  get #writeTimeoutMs(): number {
    return this.#options.writeWaitMs + this.#options.pollTimeoutMs;
  }
}
