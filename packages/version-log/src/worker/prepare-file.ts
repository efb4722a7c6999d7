import { setTimeout as sleep } from 'node:timers/promises';
import { HearsayError, LogUnavailableError } from '@hearsay/spi';
import { reasonOf } from '../reason.js';
import { schemaSql } from '../schema.js';
import { isBusy, prepare, SQLITE, type SqliteConnection, sqliteCode } from '../sqlite.js';
import { type OwnSqliteConnection, openSqlite, type SqliteDriver } from '../sqlite-driver.js';
import { inWriteTransaction } from '../transaction.js';
import { checkFile, unreadable } from './check-file.js';
import { inspectLog } from './inspect.js';

/** How long processes that open one new file at once may take over it. */
const OPEN_WAIT_MS = 10_000;

const UNUSABLE: readonly unknown[] = [SQLITE.PERM, SQLITE.READONLY, SQLITE.IOERR, SQLITE.CANTOPEN];

/**
 * Makes the log's tables where they are missing; any number of processes may do so at once.
 * A database without any table becomes a WAL database; any other keeps its journal mode.
 *
 * @throws {LogFileUnreadableError} {@link LogFileForeignError} {@link LogSchemaNewerError}
 * @throws {LogUnavailableError} the database stayed locked
 */
export async function prepareFile(
  driver: SqliteDriver,
  path: string,
  tablePrefix: string,
): Promise<void> {
  checkFile(path);
  let db: OwnSqliteConnection | undefined;
  try {
    db = openSqlite(driver, path);
    await createMissing(db, path, tablePrefix);
  } catch (error) {
    throw openError(path, error);
  } finally {
    db?.close();
  }
}

async function createMissing(
  db: SqliteConnection,
  path: string,
  tablePrefix: string,
): Promise<void> {
  const giveUpAtMs = performance.now() + OPEN_WAIT_MS;
  for (;;) {
    try {
      const presence = inspectLog(db, path, tablePrefix);
      if (presence === 'ready') return;
      if (presence === 'empty') db.exec('PRAGMA journal_mode = WAL');
      const waitMs = giveUpAtMs - performance.now();
      return await inWriteTransaction(db, { waitMs }, () => {
        if (inspectLog(db, path, tablePrefix) !== 'ready') db.exec(schemaSql(tablePrefix));
      });
    } catch (error) {
      // Changing the journal mode and recovering a log need the file for oneself for a moment.
      if (!isBusy(error) || performance.now() >= giveUpAtMs) throw error;
      await sleep(1 + Math.random() * 20);
    }
  }
}

function openError(path: string, error: unknown): unknown {
  if (isBusy(error))
    return new LogUnavailableError(`${path} stayed locked by another process: try again`, {
      cause: error,
    });
  if (error instanceof HearsayError) return error;
  const code = sqliteCode(error);
  return code === undefined || UNUSABLE.includes(code)
    ? unreadable(path, reasonOf(error), error)
    : error;
}

export function journalModeOf(db: SqliteConnection): string {
  return String(prepare(db, 'PRAGMA journal_mode').get()?.['journal_mode']);
}
