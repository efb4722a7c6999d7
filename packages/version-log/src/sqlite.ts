import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
export const SQLITE = {
  ERROR: 1,
  PERM: 3,
  BUSY: 5,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;

/** @returns the primary result code; `undefined` where the error is not SQLite's */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.BUSY;
}

/** What an error says, on one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}

/** Prepares a statement whose rows look the same whatever options the connection was opened with. */
export function prepare(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(false);
  // Younger than Node 22.13, as is the option that it undoes.
  (statement as Partial<StatementSync>).setReturnArrays?.(false);
  return statement;
}

export function inTransaction(db: DatabaseSync): boolean {
  // Younger than Node 22.13; there a deferred BEGIN, which takes no lock, tells.
  const known: boolean | undefined = db.isTransaction;
  if (known !== undefined) return known;
  try {
    db.exec('BEGIN');
  } catch (error) {
    if (sqliteCode(error) === SQLITE.ERROR) return true;
    throw error;
  }
  db.exec('ROLLBACK');
  return false;
}

/**
 * Rolls back what is open. Never throws, so that it cannot hide the error that led to it.
 * @returns whether something was open and is undone for certain
 */
export function rollback(db: DatabaseSync): boolean {
  try {
    if (!inTransaction(db)) return false;
    db.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
