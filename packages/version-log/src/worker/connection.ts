import { databaseIncarnationOf, LogUnavailableError } from '@hearsay/spi';
import { prepare } from '../sqlite.js';
import { type OwnSqliteConnection, openSqlite, type SqliteDriver } from '../sqlite-driver.js';
import { checkFile, type FileIdentity, gone, requireFile } from './check-file.js';
import { inspectLog } from './inspect.js';
import { LeaseRows } from './lease-rows.js';
import { NodeRows } from './node-rows.js';
import { journalModeOf } from './prepare-file.js';
import { LogReader } from './read.js';
import { ScopeRows } from './scope-rows.js';

/** Enough for the counters and a few leaf pages; the file system caches the rest. */
const CACHE_KIB = 512;

/** One connection to one file, known by its identity, with its prepared statements. */
export interface Connection {
  readonly db: OwnSqliteConnection;
  readonly identity: FileIdentity;
  readonly reader: LogReader;
  readonly scopes: ScopeRows;
  readonly nodes: NodeRows;
  readonly leases: LeaseRows;
  open: boolean;
}

/**
 * Connects to a log that exists; never creates a file.
 * @param busyTimeoutMs how long a read may wait for a lock; readers of a WAL database hardly ever do
 * @throws {LogUnavailableError} there is no log at that path now
 * @throws what `checkFile` and `inspectLog` throw
 */
export function connect(
  driver: SqliteDriver,
  path: string,
  tablePrefix: string,
  busyTimeoutMs: number,
): Connection {
  const identity = requireFile(path);
  // It may go between the two looks.
  if (!checkFile(path)) throw gone(path);
  const db = openSqlite(driver, path);
  try {
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA cache_size = ${-CACHE_KIB}`);
    if (inspectLog(db, path, tablePrefix) !== 'ready')
      throw new LogUnavailableError(`${path} holds no log any more: restore it, or restart`);
    // What this connection writes is made again anyway; corruption is no danger in WAL mode.
    if (journalModeOf(db) === 'wal') db.exec('PRAGMA synchronous = NORMAL');
    const prepared = (sql: string) => prepare(db, sql);
    // No server that could restart: a SQLite database lives as long as its file (rule S4).
    const incarnation = databaseIncarnationOf(identity);
    return {
      db,
      identity,
      reader: new LogReader(db, prepared, tablePrefix, incarnation),
      scopes: new ScopeRows(prepared, tablePrefix),
      nodes: new NodeRows(prepared, tablePrefix),
      leases: new LeaseRows(db, prepared, tablePrefix, incarnation),
      open: true,
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
