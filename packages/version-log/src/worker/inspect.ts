import { LogFileForeignError, LogSchemaNewerError } from '../errors.js';
import { reasonOf } from '../reason.js';
import { LOG_MODE, SCHEMA_VERSION, tablesOf } from '../schema.js';
import { prepare, SQLITE, type SqliteConnection, sqliteCode } from '../sqlite.js';

/**
 * What a database holds of a log:
 * - `empty`: it has no tables at all
 * - `absent`: it has tables, none of ours
 * - `ready`: our tables, in our version
 */
export type LogPresence = 'empty' | 'absent' | 'ready';

/**
 * Only reads.
 * @throws {LogFileForeignError} the file is no database, or a table of ours has another shape
 * @throws {LogSchemaNewerError}
 */
export function inspectLog(db: SqliteConnection, path: string, tablePrefix: string): LogPresence {
  try {
    return inspect(db, path, tablePrefix);
  } catch (error) {
    const code = sqliteCode(error);
    if (code !== SQLITE.NOTADB && code !== SQLITE.CORRUPT) throw error;
    throw new LogFileForeignError(
      `${path} is not a SQLite database that can be read (${reasonOf(error)}): name another file`,
      { cause: error },
    );
  }
}

function inspect(db: SqliteConnection, path: string, tablePrefix: string): LogPresence {
  const names = prepare(db, 'SELECT lower(name) AS name FROM sqlite_master').all();
  const existing = new Set(names.map((row) => row['name']));
  const tables = tablesOf(tablePrefix);
  const present = [...tables.keys()].filter((table) => existing.has(table));
  if (present.length === 0) return existing.size === 0 ? 'empty' : 'absent';
  // The version comes before the shape: a newer schema may have other tables and columns.
  refuseNewer(db, path, tablePrefix, present);
  for (const [table, columns] of tables) {
    const found = columnsOf(db, table);
    if (found.join() !== columns.join()) throw foreign(path, table, tablePrefix);
  }
  const meta = prepare(db, `SELECT schema_version, log_id, mode FROM ${tablePrefix}meta`).get();
  const idIsValid = /^[0-9a-f]{32}$/.test(String(meta?.['log_id']));
  if (meta?.['schema_version'] !== SCHEMA_VERSION || meta['mode'] !== LOG_MODE || !idIsValid)
    throw foreign(path, `${tablePrefix}meta`, tablePrefix);
  return 'ready';
}

function refuseNewer(
  db: SqliteConnection,
  path: string,
  tablePrefix: string,
  present: readonly string[],
): void {
  const table = `${tablePrefix}meta`;
  if (!present.includes(table)) throw foreign(path, present[0] ?? table, tablePrefix);
  const columns = columnsOf(db, table);
  if (!columns.includes('schema_version') || !columns.includes('log_id'))
    throw foreign(path, table, tablePrefix);
  const version = prepare(db, `SELECT schema_version FROM ${table}`).get()?.['schema_version'];
  if (typeof version === 'number' && version > SCHEMA_VERSION)
    throw new LogSchemaNewerError(
      `the log in ${path} has schema version ${version}, this release knows ${SCHEMA_VERSION}: upgrade Hearsay`,
    );
}

function columnsOf(db: SqliteConnection, table: string): unknown[] {
  const columns = prepare(db, 'SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table);
  return columns.map((column) => column['name']);
}

function foreign(path: string, table: string, tablePrefix: string): LogFileForeignError {
  return new LogFileForeignError(
    `the table ${table} in ${path} is not Hearsay's: choose another tablePrefix than ${tablePrefix}`,
  );
}
