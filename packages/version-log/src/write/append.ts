/**
 * Appending to the chain: one row and one link per invalidation, inside a transaction that is
 * already open and last in it. The write lock of SQLite covers the whole file, so the order of
 * versions is the order of commits: no gap, no late commit, and a rollback leaves nothing.
 */
import {
  type AppendId,
  type ChainHead,
  GENESIS,
  type Invalidation,
  type LogId,
  type Origin,
  originId,
  type Scope,
  VERSION_ZERO,
  type Version,
} from '@hearsay/spi';
import { LogTablesMissingError, TransactionMissingError } from '../errors.js';
import {
  inTransaction,
  prepare,
  SQLITE,
  type SqliteConnection,
  type SqliteStatement,
  sqliteCode,
} from '../sqlite.js';
import { tablePrefixOf } from '../tables.js';
import {
  type Appended,
  appendedOf,
  batchesOf,
  NOTHING_APPENDED,
  type ScopeBatch,
} from './batch.js';
import { appendError } from './sql-error.js';

interface Statements {
  readonly logId: SqliteStatement;
  readonly head: SqliteStatement;
  readonly create: SqliteStatement;
  readonly advance: SqliteStatement;
  readonly insert: SqliteStatement;
}

const prepared = new WeakMap<SqliteConnection, Map<string, Statements>>();

/**
 * Appends inside a transaction that the caller has open on `db`. It must be the last thing done in
 * it. Announce the result AFTER your commit has succeeded; if its outcome is unknown, announce
 * without `place` (rule L2). After an error roll the transaction back.
 *
 * @param invalidations 0 … `LIMITS.batchEventsMax`; equal ones become one row
 * @throws {BatchTooLargeError} that many invalidations, or more than `LIMITS.scopesPerWriteMax` scopes; nothing is appended
 * @throws {TransactionMissingError} no transaction is open; nothing is appended
 * @throws {LogTablesMissingError} the database has no log of this prefix; nothing is appended
 * @throws {WriteContendedError} another connection wrote since this transaction began reading
 * @throws {DatabaseFullError} roll back
 */
export function appendToLog(
  db: SqliteConnection,
  tablePrefix: string,
  origin: Origin,
  invalidations: readonly Invalidation[],
): Appended {
  const batches = batchesOf(invalidations);
  if (!inTransaction(db))
    throw new TransactionMissingError(
      'appendToLog needs an open transaction: begin one, and append last in it',
    );
  if (batches.length === 0) return NOTHING_APPENDED;
  try {
    const { statements, logId } = statementsOf(db, tablePrefix);
    const by = originId(origin);
    const heads = new Map(
      batches.map((batch) => [batch.scope, appendScope(statements, by, batch)]),
    );
    return appendedOf(batches, { logId, heads });
  } catch (error) {
    throw appendError(error);
  }
}

/** @returns the head that the rows follow */
function appendScope(statements: Statements, by: string, { scope, rows }: ScopeBatch): ChainHead {
  // Creating a missing counter here is safe on SQLite alone: no other writer can be in the file.
  const before = headOf(statements, scope) ?? createScope(statements, scope);
  // The counter goes first: a torn append would leave a hole, which readers notice.
  const last = rows.at(-1)?.appendId ?? GENESIS;
  statements.advance.run(before.version + rows.length, last, scope);
  const appendedAt = Date.now();
  let { version, appendId: prevId }: { version: number; appendId: AppendId } = before;
  for (const { appendId, target } of rows) {
    version++;
    const { kind, key } = target;
    statements.insert.run(scope, version, appendId, prevId, kind, key, by, appendedAt);
    prevId = appendId;
  }
  return before;
}

function headOf(statements: Statements, scope: Scope): ChainHead | undefined {
  const row = statements.head.get(scope);
  if (row === undefined) return undefined;
  return { version: Number(row['version']) as Version, appendId: row['append_id'] as AppendId };
}

function createScope(statements: Statements, scope: Scope): ChainHead {
  statements.create.run(scope);
  return { version: VERSION_ZERO, appendId: GENESIS };
}

/** The log id is read in the transaction: the file behind a connection may have been restored. */
function statementsOf(
  db: SqliteConnection,
  tablePrefix: string,
): { statements: Statements; logId: LogId } {
  const byPrefix = prepared.get(db) ?? new Map<string, Statements>();
  prepared.set(db, byPrefix);
  const cached = byPrefix.get(tablePrefix);
  try {
    if (cached) return { statements: cached, logId: readLogId(cached) };
  } catch (error) {
    // A connection that was closed and opened again has lost its statements, which is no SQLite error.
    if (sqliteCode(error) !== undefined) throw error;
  }
  const statements = prepareAll(db, tablePrefixOf(tablePrefix));
  byPrefix.set(tablePrefix, statements);
  return { statements, logId: readLogId(statements) };
}

function readLogId(statements: Statements): LogId {
  return statements.logId.get()?.['log_id'] as LogId;
}

function prepareAll(db: SqliteConnection, p: string): Statements {
  try {
    return {
      logId: prepare(db, `SELECT log_id FROM ${p}meta`),
      head: prepare(db, `SELECT version, append_id FROM ${p}scope WHERE scope = ?`),
      create: prepare(db, `INSERT INTO ${p}scope VALUES (?, 0, '${GENESIS}', 0)`),
      advance: prepare(db, `UPDATE ${p}scope SET version = ?, append_id = ? WHERE scope = ?`),
      insert: prepare(db, `INSERT INTO ${p}log VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    };
  } catch (error) {
    if (sqliteCode(error) !== SQLITE.ERROR) throw error;
    throw new LogTablesMissingError(
      `this database has no tables ${p}…: open the log on the same file first, or run its schema`,
      { cause: error },
    );
  }
}
