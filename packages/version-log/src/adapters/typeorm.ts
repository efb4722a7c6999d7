import { ConfigInvalidError } from '@hearsay/spi';
import { TransactionMissingError, TransactionOpenError } from '../errors.js';
import { rowsOf } from '../mysql/client.js';
import type { PostgresClient } from '../postgres/client.js';
import type { SqlDialect, SqlTransaction } from '../write/sql-transaction.js';
import type { AdapterOptions, DatabaseAdapter } from './database-adapter.js';

/** An `EntityManager` of TypeORM, by shape. */
export interface TypeormManager {
  readonly queryRunner?: TypeormQueryRunner | undefined;
  readonly dataSource: TypeormOptions;
}

interface TypeormQueryRunner {
  readonly isTransactionActive: boolean;
  /** @returns the connection that it has out of the pool */
  connect(): Promise<unknown>;
  query(sql: string, params: never): Promise<unknown>;
}

interface TypeormOptions {
  readonly options: { readonly type: string };
}

/** A `DataSource` of TypeORM, by shape. */
export interface TypeormLike<Manager> extends TypeormOptions {
  transaction<T>(isolationLevel: never, body: (manager: Manager) => Promise<T>): Promise<T>;
}

const DIALECTS: ReadonlyMap<string, SqlDialect> = new Map([
  ['postgres', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
]);

/**
 * Writes through TypeORM, by data sources of the types `postgres`, `mysql` and `mariadb`. Not SQLite:
 * there all of a data source share one connection, and with it one transaction.
 *
 * @throws {TransactionOpenError} the manager of a transaction was given, whose end is not this write's
 * @throws {ConfigInvalidError} another type
 */
export function typeormDatabase<Manager extends TypeormManager>(
  dataSource: TypeormLike<Manager>,
  { isolationLevel }: AdapterOptions = {},
): DatabaseAdapter<Manager> {
  if ('queryRunner' in dataSource)
    throw new TransactionOpenError(
      'typeormDatabase was given an EntityManager: give it the DataSource, or append with typeormTransaction',
    );
  const dialect = dialectOf(dataSource);
  const level = isolationLevel?.toUpperCase();
  return {
    dialect,
    transaction: (body) => {
      const run = (manager: Manager) => body(manager, transactionOf(manager, dialect));
      // Without a level the data source's own is taken.
      return dataSource.transaction(...((level ? [level, run] : [run]) as [never, typeof run]));
    },
  };
}

/**
 * The manager of a transaction of TypeORM, to append in; its end is yours to tell.
 * @throws {TransactionMissingError} it has no open transaction
 * @throws {ConfigInvalidError} another type
 */
export function typeormTransaction(manager: TypeormManager): SqlTransaction {
  const dialect = dialectOf(manager.dataSource);
  if (manager.queryRunner?.isTransactionActive) return transactionOf(manager, dialect);
  throw new TransactionMissingError('the EntityManager has no open transaction: append inside one');
}

function transactionOf({ queryRunner }: TypeormManager, dialect: SqlDialect): SqlTransaction {
  return {
    dialect,
    query: async (sql, params, name) => {
      if (!queryRunner?.isTransactionActive)
        throw new TransactionMissingError('the transaction of TypeORM is not open any more');
      if (name === undefined) return rowsOf(await queryRunner.query(sql, params as never));
      const client = (await queryRunner.connect()) as PostgresClient;
      return (await client.query({ name, text: sql, values: [...params] })).rows;
    },
  };
}

function dialectOf({ options: { type } }: TypeormOptions): SqlDialect {
  const dialect = DIALECTS.get(type);
  if (dialect !== undefined) return dialect;
  throw new ConfigInvalidError(
    type === 'better-sqlite3'
      ? 'transactions of TypeORM over SQLite share one connection with everything else: write over the connection itself'
      : `the type ${type} of TypeORM is not known to work: use ${[...DIALECTS.keys()].join(', ')}`,
  );
}
