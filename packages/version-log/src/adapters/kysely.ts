import { ConfigInvalidError } from '@hearsay/spi';
import { TransactionOpenError } from '../errors.js';
import type { SqlDialect, SqlTransaction } from '../write/sql-transaction.js';
import {
  type AdapterOptions,
  type DatabaseAdapter,
  type IsolationLevel,
  refuseLevel,
} from './database-adapter.js';

/** A `Transaction` of Kysely, by shape. */
export interface KyselyTransaction {
  readonly isTransaction: boolean;
  // Only for the SQL that it compiles to, which tells the dialect.
  selectFrom(table: never): unknown;
  executeQuery(query: never): Promise<{ readonly rows: readonly unknown[] }>;
}

interface TransactionBuilder<Transaction> {
  setIsolationLevel(level: IsolationLevel): TransactionBuilder<Transaction>;
  execute<T>(callback: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** A `Kysely`, by shape. */
export interface KyselyLike<Transaction> extends KyselyTransaction {
  transaction(): TransactionBuilder<Transaction>;
}

/**
 * Writes through Kysely, on the dialect that it was made for: PostgreSQL over `pg`, MySQL over
 * `mysql2`, SQLite over better-sqlite3.
 *
 * @throws {TransactionOpenError} a transaction was given, whose end is not this write's
 * @throws {ConfigInvalidError} another dialect
 */
export function kyselyDatabase<Transaction extends KyselyTransaction>(
  kysely: KyselyLike<Transaction>,
  options: AdapterOptions = {},
): DatabaseAdapter<Transaction> {
  if (kysely.isTransaction)
    throw new TransactionOpenError(
      'kyselyDatabase was given a transaction: give it the Kysely instance, or append with kyselyTransaction',
    );
  const dialect = dialectOf(kysely);
  refuseLevel(dialect, options);
  const { isolationLevel } = options;
  return {
    dialect,
    transaction: (body) => {
      const builder = kysely.transaction();
      const set = isolationLevel ? builder.setIsolationLevel(isolationLevel) : builder;
      return set.execute((transaction) => body(transaction, transactionOf(transaction, dialect)));
    },
  };
}

/** A transaction of Kysely to append in; its end is yours to tell. @throws {ConfigInvalidError} another dialect */
export function kyselyTransaction(transaction: KyselyTransaction): SqlTransaction {
  return transactionOf(transaction, dialectOf(transaction));
}

function transactionOf(transaction: KyselyTransaction, dialect: SqlDialect): SqlTransaction {
  return {
    dialect,
    query: async (sql, params) => {
      // A `CompiledQuery`, as its `raw` makes one.
      const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
      const compiled = { sql, parameters: params, query, queryId: { queryId: 'hearsay' } };
      const { rows } = await transaction.executeQuery(compiled as never);
      return rows as readonly Readonly<Record<string, unknown>>[];
    },
  };
}

interface Selection {
  select(column: string): { where(column: string, operator: string, value: number): Compilable };
}

interface Compilable {
  compile(): { readonly sql: string };
}

/** By how a query is written, which needs no connection. */
function dialectOf(kysely: KyselyTransaction): SqlDialect {
  const table = kysely.selectFrom('t' as never) as Selection;
  const { sql } = table.select('c').where('c', '=', 1).compile();
  if (sql.includes('"c" = $1')) return 'postgres';
  if (sql.includes('`c` = ?')) return 'mysql';
  if (sql.includes('"c" = ?')) return 'sqlite';
  throw new ConfigInvalidError(
    'the dialect of this Kysely has no log: use PostgreSQL, MySQL or SQLite',
  );
}
