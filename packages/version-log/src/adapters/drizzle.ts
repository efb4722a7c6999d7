import { ConfigInvalidError } from '@hearsay/spi';
import { TransactionOpenError } from '../errors.js';
import { rowsOf } from '../mysql/client.js';
import type { SqlDialect, SqlTransaction } from '../write/sql-transaction.js';
import type { AdapterOptions, DatabaseAdapter } from './database-adapter.js';

/** A transaction of Drizzle, by shape. */
export interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
}

/** A database of Drizzle over `pg` or `mysql2`, by shape. */
export interface DrizzleLike<Transaction> extends DrizzleTransaction {
  transaction<T>(body: (transaction: Transaction) => Promise<T>, config?: never): Promise<T>;
}

/** By which Drizzle knows its classes again, whatever their names became. */
const KIND = Symbol.for('drizzle:entityKind');

const DATABASES: ReadonlyMap<unknown, SqlDialect> = new Map([
  ['NodePgDatabase', 'postgres'],
  ['MySql2Database', 'mysql'],
]);

const TRANSACTIONS: ReadonlyMap<unknown, SqlDialect> = new Map([
  ['NodePgTransaction', 'postgres'],
  ['MySql2Transaction', 'mysql'],
]);

/**
 * Writes through Drizzle, over `pg` (`drizzle-orm/node-postgres`) or `mysql2`. Over better-sqlite3 its
 * transactions are synchronous: write to `db.$client`, and use `db` in the callback.
 *
 * @throws {TransactionOpenError} a transaction was given, whose end is not this write's
 * @throws {ConfigInvalidError} another driver
 */
export function drizzleDatabase<Transaction extends DrizzleTransaction>(
  db: DrizzleLike<Transaction>,
  { isolationLevel }: AdapterOptions = {},
): DatabaseAdapter<Transaction> {
  if (TRANSACTIONS.has(kindOf(db)))
    throw new TransactionOpenError(
      'drizzleDatabase was given a transaction: give it the database, or append with drizzleTransaction',
    );
  const dialect = dialectOf(db, DATABASES);
  return {
    dialect,
    transaction: (body) =>
      db.transaction(
        (transaction) => body(transaction, transactionOf(transaction, dialect)),
        (isolationLevel && { isolationLevel }) as never,
      ),
  };
}

/** A transaction of Drizzle to append in; its end is yours to tell. @throws {ConfigInvalidError} another driver */
export function drizzleTransaction(transaction: DrizzleTransaction): SqlTransaction {
  return transactionOf(transaction, dialectOf(transaction, TRANSACTIONS));
}

function transactionOf(transaction: DrizzleTransaction, dialect: SqlDialect): SqlTransaction {
  return {
    dialect,
    query: async (sql, params) => {
      // An `SQLWrapper`, whose `SQL` is written already.
      const written = { toQuery: () => ({ sql, params: [...params] }) };
      const answer = await transaction.execute({ getSQL: () => written } as never);
      return dialect === 'postgres'
        ? rowsOf((answer as { readonly rows: unknown }).rows)
        : rowsOf((answer as readonly unknown[])[0]);
    },
  };
}

function dialectOf(db: object, kinds: ReadonlyMap<unknown, SqlDialect>): SqlDialect {
  const kind = kindOf(db);
  const dialect = kinds.get(kind);
  if (dialect !== undefined) return dialect;
  throw new ConfigInvalidError(
    kind === 'BetterSQLite3Database'
      ? 'transactions of Drizzle over better-sqlite3 are synchronous: write to db.$client, and use db in the callback'
      : `a ${kind ?? 'value'} of Drizzle is not known to work: use drizzle-orm/node-postgres or drizzle-orm/mysql2`,
  );
}

function kindOf(db: object): string | undefined {
  return (db.constructor as { readonly [KIND]?: string })[KIND];
}
