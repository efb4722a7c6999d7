import { createRequire } from 'node:module';
import { ConfigInvalidError } from '@hearsay/spi';
import { LogDriverMissingError } from './errors.js';
import type { SqliteConnection } from './sqlite.js';

export const SQLITE_DRIVERS = ['node:sqlite', 'better-sqlite3'] as const;

/** The library that opens the file; one and the same in a whole process (decision 0016). */
export type SqliteDriver = (typeof SQLITE_DRIVERS)[number];

/** A connection of the log's own. */
export interface OwnSqliteConnection extends SqliteConnection {
  close(): unknown;
}

/**
 * @throws {LogDriverMissingError} better-sqlite3 is not installed
 * @throws the driver's own error
 */
export function openSqlite(driver: SqliteDriver, path: string): OwnSqliteConnection {
  if (driver === 'node:sqlite') {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    return new DatabaseSync(path);
  }
  return new (loadBetterSqlite3())(path, { timeout: 0 });
}

type BetterSqlite3 = new (path: string, options: { timeout: number }) => OwnSqliteConnection;

function loadBetterSqlite3(): BetterSqlite3 {
  try {
    return createRequire(import.meta.url)('better-sqlite3');
  } catch (error) {
    throw new LogDriverMissingError(
      'the package better-sqlite3 is missing: npm install better-sqlite3',
      { cause: error },
    );
  }
}

/**
 * Two SQLite libraries in one process undo each other's file locks: two writers at once, and a
 * commit that is gone.
 * @throws {ConfigInvalidError} the connection is of another library than the log
 */
export function refuseOtherDriver(db: SqliteConnection, driver: SqliteDriver): void {
  const used: SqliteDriver = 'inTransaction' in db ? 'better-sqlite3' : 'node:sqlite';
  if (used !== driver)
    throw new ConfigInvalidError(
      `the connection is of ${used} and the log of ${driver}, which breaks file locks: open the log with driver: '${used}'`,
    );
}
