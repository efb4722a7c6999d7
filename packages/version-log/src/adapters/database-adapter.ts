import { ConfigInvalidError } from '@hearsay/spi';
import type { SqlDialect, SqlTransaction } from '../write/sql-transaction.js';

/** `read committed` lets writers of one scope wait; under the others one of them is told to retry. */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface AdapterOptions {
  /** Of each transaction; the library's or the database's own by default. Not for SQLite. */
  readonly isolationLevel?: IsolationLevel;
}

/**
 * A database as a library of the service's shows it: something that runs a transaction.
 * `kyselyDatabase` and its kind make one; for another library it is a dozen lines.
 */
export interface DatabaseAdapter<out Transaction> {
  readonly dialect: SqlDialect;
  /**
   * Runs the body in a new transaction of the library's, an outermost one, once.
   *
   * @param body is given the library's own handle, and a way to send statements in the same transaction
   * @returns what the body returned, once COMMIT was answered
   * @throws what the body threw, after a rollback; else why there was no COMMIT, or what it answered
   */
  transaction<T>(body: (transaction: Transaction, sql: SqlTransaction) => Promise<T>): Promise<T>;
}

/** @throws {ConfigInvalidError} SQLite has one level only */
export function refuseLevel(dialect: SqlDialect, { isolationLevel }: AdapterOptions): void {
  if (dialect === 'sqlite' && isolationLevel !== undefined)
    throw new ConfigInvalidError('isolationLevel has no meaning on SQLite: leave it out');
}

/** What libraries themselves hand out is none: their `dialect`, where they have one, is an object. */
export function isDatabaseAdapter(db: object): db is DatabaseAdapter<unknown> {
  return (
    typeof db === 'object' &&
    db !== null &&
    'transaction' in db &&
    'dialect' in db &&
    typeof db.dialect === 'string'
  );
}
