import type { Invalidation, Origin } from '@hearsay/spi';
import { ScopeMissingError } from '../errors.js';
import { type LogTables, logTables, type TablePlace } from '../tables.js';
import { appendOnMysql } from './append-mysql.js';
import { appendOnPostgres } from './append-postgres.js';
import { appendOnSqlite } from './append-sqlite.js';
import {
  type Appended,
  appendedOf,
  batchesOf,
  type HeadsBefore,
  NOTHING_APPENDED,
  type ScopeBatch,
} from './batch.js';
import { appendError } from './sql-error.js';
import type { SqlTransaction } from './sql-transaction.js';

/**
 * Appends inside a transaction that somebody has open, whatever runs it. It must be the last thing
 * done in it (rule L6). Announce the result AFTER the commit has succeeded; if its outcome is
 * unknown, announce without `place` (rule L2). After an error roll the transaction back.
 *
 * One statement on PostgreSQL, two on MariaDB, four on MySQL and on SQLite.
 *
 * @param invalidations 0 … `LIMITS.batchEventsMax`; equal ones become one row
 * @param place the schema and prefix that the log was opened with
 * @throws {BatchTooLargeError} {@link ConfigInvalidError} before anything is sent
 * @throws {ScopeMissingError} {@link LogTablesMissingError} {@link LogReadOnlyError} {@link DatabaseFullError}
 * nothing is appended
 * @throws {TransactionMissingError} no transaction is open, where the database can tell
 * @throws {TransactionRolledBackError} a statement of the transaction had failed before
 * @throws {WriteContendedError} retry the transaction
 * @throws the driver's own error
 */
export async function appendInTransaction(
  tx: SqlTransaction,
  origin: Origin,
  invalidations: readonly Invalidation[],
  place: TablePlace = {},
): Promise<Appended> {
  const batches = batchesOf(invalidations);
  const tables = logTables(tx.dialect, place);
  return appendBatches(batches, () =>
    appendRows(tx, tables, origin, batches, place.onMariadb === true),
  );
}

/**
 * Runs the statements of an append and makes of their answer what is to be told.
 * @throws as {@link appendInTransaction}
 */
export async function appendBatches(
  batches: readonly ScopeBatch[],
  append: () => Promise<HeadsBefore>,
): Promise<Appended> {
  if (batches.length === 0) return NOTHING_APPENDED;
  let before: HeadsBefore;
  try {
    before = await append();
  } catch (error) {
    throw appendError(error);
  }
  const missing = batches.filter(({ scope }) => !before.heads.has(scope));
  if (missing.length > 0)
    throw new ScopeMissingError(
      `scope ${missing.map(({ scope }) => scope).join()} has no counter that this transaction can see: roll back, create it with ensureScopes, and retry`,
    );
  return appendedOf(batches, before);
}

function appendRows(
  tx: SqlTransaction,
  tables: LogTables,
  origin: Origin,
  batches: readonly ScopeBatch[],
  onMariadb: boolean,
): Promise<HeadsBefore> {
  switch (tx.dialect) {
    case 'postgres':
      return appendOnPostgres(tx, tables, origin, batches);
    case 'mysql':
      return appendOnMysql(tx, tables, origin, batches, onMariadb && tx.runsBlocks === true);
    case 'sqlite':
      return appendOnSqlite(tx, tables, origin, batches);
  }
}
