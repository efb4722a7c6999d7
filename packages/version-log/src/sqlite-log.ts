import type { DatabaseSync } from 'node:sqlite';
import {
  type DiscoveryProvider,
  type Invalidation,
  type LogId,
  LogUnavailableError,
  type Origin,
  type PollAnswer,
  type PollRequest,
  scopeOf,
  type VersionSource,
} from '@hearsay/spi';
import { LogDiscovery } from './discovery.js';
import { integerWithin, type SqliteLogOptions, validOptions } from './options.js';
import { inWriteTransaction } from './transaction.js';
import { WorkerClient } from './worker/client.js';
import type { OpenedFile } from './worker/log-file.js';
import { type Appended, appendToLog } from './write/append.js';
import { type WriteTransaction, type Written, write } from './write/write.js';

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
    this.discovery = new LogDiscovery(worker, this.#writeTimeoutMs);
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
   * @param keepRows how many of the newest stay, 0 … 2⁵³−1
   */
  async prune(options: {
    readonly scope: string;
    readonly keepRows: number;
  }): Promise<{ readonly pruned: number }> {
    const keepRows = integerWithin('keepRows', options.keepRows, 0, Number.MAX_SAFE_INTEGER);
    const scope = scopeOf(options.scope);
    return { pruned: await this.#worker.call('prune', [scope, keepRows], PRUNE_TIMEOUT_MS) };
  }

  /**
   * Runs the callback in a transaction of its own on the caller's connection and appends what it
   * invalidates, last. The callback is synchronous and runs once; waiting for other writers is
   * asynchronous. In WAL mode COMMIT waits for nobody; else it may block 250 ms for readers.
   *
   * @param db a connection to the log's file, without an open transaction
   * @returns after COMMIT has succeeded; announce only then
   * @throws {WriteContendedError} rolled back or never begun: retry
   * @throws {WriteCallbackAsyncError} {@link TransactionOpenError} {@link LogTablesMissingError}
   * nothing is written
   * @throws {TransactionEndedError} {@link CommitUncertainError} the outcome is unknown: announce
   * their hints (rule L2)
   * @throws what the callback or its invalidations throw; everything is rolled back
   */
  async write<T>(
    db: DatabaseSync,
    origin: Origin,
    callback: (tx: WriteTransaction) => T,
  ): Promise<Written<T>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { tablePrefix, writeWaitMs } = this.#options;
    return write(db, { tablePrefix, origin, waitMs: writeWaitMs }, callback);
  }

  /**
   * {@link write} without changes of the caller's, on a connection of the log's own: for what is
   * committed already.
   */
  async append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { path, tablePrefix, writeWaitMs } = this.#options;
    // Opened anew each time: a connection that is kept would go on writing into a replaced file.
    const db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(path);
    try {
      return await inWriteTransaction(db, { waitMs: writeWaitMs, hints: invalidations }, () =>
        appendToLog(db, tablePrefix, origin, invalidations),
      );
    } finally {
      db.close();
    }
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
