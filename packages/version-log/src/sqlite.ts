/** A connection of `node:sqlite` or better-sqlite3, by shape. */
export interface SqliteConnection {
  exec(sql: string): unknown;
  prepare(sql: string): object;
}

export type SqliteRow = Readonly<Record<string, unknown>>;

export interface SqliteStatement {
  get(...params: readonly unknown[]): SqliteRow | undefined;
  all(...params: readonly unknown[]): SqliteRow[];
  run(...params: readonly unknown[]): { readonly changes: number | bigint };
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
export const SQLITE = {
  ERROR: 1,
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;

const CODES: ReadonlyMap<string, number> = new Map(Object.entries(SQLITE));

/** @returns the primary result code; `undefined` where the error is not SQLite's */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  // better-sqlite3 gives the name, such as SQLITE_BUSY_SNAPSHOT.
  const name = 'code' in error ? /^SQLITE_([A-Z]+)/.exec(String(error.code))?.[1] : undefined;
  return name === undefined ? undefined : CODES.get(name);
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.BUSY;
}

/** Prepares a statement whose rows look the same whatever options the connection was opened with. */
export function prepare(db: SqliteConnection, sql: string): SqliteStatement {
  const statement = db.prepare(sql) as PreparedStatement;
  statement.setReadBigInts?.(false);
  // Younger than Node 22.13, as is the option that it undoes.
  statement.setReturnArrays?.(false);
  statement.safeIntegers?.(false);
  return statement;
}

type PreparedStatement = SqliteStatement & {
  setReadBigInts?(enabled: boolean): void;
  setReturnArrays?(enabled: boolean): void;
  /** Of better-sqlite3. */
  safeIntegers?(enabled: boolean): void;
};

export function inTransaction(db: SqliteConnection): boolean {
  const { isTransaction, inTransaction } = db as {
    readonly isTransaction?: boolean;
    readonly inTransaction?: boolean;
  };
  // Younger than Node 22.13; there a deferred BEGIN, which takes no lock, tells.
  const known = isTransaction ?? inTransaction;
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
export function rollback(db: SqliteConnection): boolean {
  try {
    if (!inTransaction(db)) return false;
    db.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
