import { ConfigInvalidError } from '@hearsay/spi';
import { TransactionMissingError, TransactionOpenError } from '../errors.js';
import { rowsOf } from '../mysql/client.js';
import type { SqlDialect, SqlTransaction } from '../write/sql-transaction.js';
import { type AdapterOptions, type DatabaseAdapter, refuseLevel } from './database-adapter.js';

/** What Knex and its transactions have in common, by shape. */
export interface KnexTransaction {
  readonly client: { readonly driverName?: string };
  readonly isTransaction?: boolean;
  isCompleted?(): boolean;
  raw(sql: string, bindings: never): { options(options: never): PromiseLike<unknown> };
}

/** A `Knex`, by shape. */
export interface KnexLike<Transaction> extends KnexTransaction {
  transaction<T>(scope: (transaction: Transaction) => Promise<T>, config?: never): PromiseLike<T>;
}

const DIALECTS: ReadonlyMap<string | undefined, SqlDialect> = new Map([
  ['pg', 'postgres'],
  ['mysql2', 'mysql'],
  ['better-sqlite3', 'sqlite'],
]);

/**
 * Writes through Knex, with the client `pg`, `mysql2` or `better-sqlite3`.
 *
 * @throws {TransactionOpenError} a transaction was given, whose end is not this write's
 * @throws {ConfigInvalidError} another client
 */
export function knexDatabase<Transaction extends KnexTransaction>(
  knex: KnexLike<Transaction>,
  options: AdapterOptions = {},
): DatabaseAdapter<Transaction> {
  if (knex.isTransaction)
    throw new TransactionOpenError(
      'knexDatabase was given a transaction: give it the Knex instance, or append with knexTransaction',
    );
  const dialect = dialectOf(knex);
  refuseLevel(dialect, options);
  const { isolationLevel } = options;
  return {
    dialect,
    transaction: async (body) =>
      knex.transaction(
        (transaction) => body(transaction, transactionOf(transaction, dialect)),
        (isolationLevel && { isolationLevel }) as never,
      ),
  };
}

/** A transaction of Knex to append in; its end is yours to tell. @throws {ConfigInvalidError} another client */
export function knexTransaction(transaction: KnexTransaction): SqlTransaction {
  return transactionOf(transaction, dialectOf(transaction));
}

function transactionOf(transaction: KnexTransaction, dialect: SqlDialect): SqlTransaction {
  return {
    dialect,
    query: async (sql, params, name) => {
      if (transaction.isCompleted?.())
        throw new TransactionMissingError('the transaction of Knex is completed: append before');
      // It numbers placeholders itself.
      const raw = dialect === 'postgres' ? sql.replaceAll(/\$\d+/g, '?') : sql;
      const query = transaction.raw(raw, params as never);
      const answer = await query.options((name === undefined ? {} : { name }) as never);
      switch (dialect) {
        case 'postgres':
          return rowsOf((answer as { readonly rows: unknown }).rows);
        case 'mysql':
          return rowsOf((answer as readonly unknown[])[0]);
        case 'sqlite':
          return rowsOf(answer);
      }
    },
  };
}

function dialectOf({ client }: KnexTransaction): SqlDialect {
  const dialect = DIALECTS.get(client.driverName);
  if (dialect !== undefined) return dialect;
  throw new ConfigInvalidError(
    `the client ${client.driverName} of Knex is not known to work: use ${[...DIALECTS.keys()].join(', ')}`,
  );
}
