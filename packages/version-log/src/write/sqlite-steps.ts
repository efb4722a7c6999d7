import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigInvalidError, type Invalidation, type Origin } from '@hearsay/spi';
import { TransactionMissingError, WriteContendedError } from '../errors.js';
import { isBusy, prepare, type SqliteRow } from '../sqlite.js';
import { openSqlite, type SqliteDriver } from '../sqlite-driver.js';
import { logTables } from '../tables.js';
import { ATTEMPT_MS, pauseMs } from '../transaction.js';
import { appendInTransaction } from './append-in-transaction.js';
import { type Appended, NOTHING_APPENDED } from './batch.js';
import { appendError } from './sql-error.js';
import type { SqlTransaction } from './sql-transaction.js';
import type { TransactionSteps } from './write-through.js';

export interface SqliteStepsOptions {
  readonly driver: SqliteDriver;
  readonly tablePrefix: string;
  readonly origin: Origin;
  /** How long to try for the write lock. */
  readonly waitMs: number;
}

/** What identifies a library: two that are equal in all of it are in all likelihood one. */
const ABOUT = `SELECT sqlite_source_id() AS source,
  (SELECT group_concat(compile_options) FROM pragma_compile_options) AS options,
  (SELECT journal_mode FROM pragma_journal_mode) AS mode`;

/**
 * Libraries begin a transaction without a lock; it is taken at once, by a statement that writes
 * nothing, and waited for asynchronously (rule L3).
 */
export class SqliteSteps implements TransactionSteps {
  readonly dialect = 'sqlite';
  readonly #options: SqliteStepsOptions;

  constructor(options: SqliteStepsOptions) {
    this.#options = options;
  }

  /**
   * @throws {WriteContendedError} others held the write lock for too long
   * @throws {LogTablesMissingError} the file has no log
   * @throws {ConfigInvalidError} another SQLite library (decision 0016), or a file outside WAL mode
   */
  async enter(tx: SqlTransaction): Promise<void> {
    await this.#lock(tx);
    const [about] = await tx.query(ABOUT, []);
    refuseOtherLibrary(this.#options.driver, about);
    if (about?.['mode'] !== 'wal')
      throw new ConfigInvalidError(
        'a write through a library needs WAL mode, where readers cannot refuse its COMMIT: set journal_mode to wal',
      );
    await tx.query('SAVEPOINT hearsay_write', []);
  }

  async append(tx: SqlTransaction, invalidations: readonly Invalidation[]): Promise<Appended> {
    try {
      await tx.query('RELEASE hearsay_write', []);
    } catch (error) {
      throw new TransactionMissingError('the transaction of the append is not open any more', {
        cause: error,
      });
    }
    const { origin, tablePrefix } = this.#options;
    if (invalidations.length === 0) return NOTHING_APPENDED;
    return appendInTransaction(tx, origin, invalidations, { tablePrefix });
  }

  async #lock(tx: SqlTransaction): Promise<void> {
    const { tablePrefix, waitMs } = this.#options;
    const { scope } = logTables('sqlite', { tablePrefix });
    const giveUpAtMs = performance.now() + waitMs;
    const [before] = await tx.query('PRAGMA busy_timeout', []);
    await tx.query(`PRAGMA busy_timeout = ${ATTEMPT_MS}`, []);
    try {
      for (let attempt = 0; ; attempt++) {
        if (await tryLock(tx, scope)) return;
        const leftMs = giveUpAtMs - performance.now();
        if (leftMs <= 0)
          throw new WriteContendedError(
            `other writers held the database for ${waitMs} ms: nothing was written, retry the transaction`,
          );
        await sleep(Math.min(leftMs, pauseMs(attempt)));
      }
    } finally {
      await tx.query(`PRAGMA busy_timeout = ${Number(before?.['timeout'] ?? 0)}`, []);
    }
  }
}

async function tryLock(tx: SqlTransaction, table: string): Promise<boolean> {
  try {
    await tx.query(`DELETE FROM ${table} WHERE false`, []);
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw appendError(error);
  }
}

const libraries = new Map<SqliteDriver, SqliteRow | undefined>();

function refuseOtherLibrary(driver: SqliteDriver, about: SqliteRow | undefined): void {
  if (!libraries.has(driver)) {
    const own = openSqlite(driver, ':memory:');
    libraries.set(driver, prepare(own, ABOUT).get());
    own.close();
  }
  const own = libraries.get(driver);
  if (own?.['source'] === about?.['source'] && own?.['options'] === about?.['options']) return;
  throw new ConfigInvalidError(
    `the connection is not of the SQLite library ${driver} that the log is opened with, which breaks file locks: name the same one as driver`,
  );
}
