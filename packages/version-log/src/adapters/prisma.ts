import { ConfigInvalidError } from '@hearsay/spi';
import { TransactionOpenError } from '../errors.js';
import { rowsOf } from '../mysql/client.js';
import type { SqlTransaction } from '../write/sql-transaction.js';
import type { AdapterOptions, DatabaseAdapter, IsolationLevel } from './database-adapter.js';

/** The client of an interactive transaction of Prisma, by shape. */
export interface PrismaTransaction {
  $queryRawUnsafe(sql: string, ...params: never[]): PromiseLike<unknown>;
}

/** A `PrismaClient`, by shape. */
export interface PrismaLike<Transaction> {
  $connect(): Promise<void>;
  $transaction<T>(body: (transaction: Transaction) => Promise<T>, options?: never): Promise<T>;
}

const LEVELS: Readonly<Record<IsolationLevel, string>> = {
  'read committed': 'ReadCommitted',
  'repeatable read': 'RepeatableRead',
  serializable: 'Serializable',
};

/**
 * Writes through Prisma, on PostgreSQL, by interactive transactions. How long one may take is set at
 * the `PrismaClient` (`transactionOptions`).
 *
 * @throws {TransactionOpenError} a transaction was given, whose end is not this write's
 * @throws {ConfigInvalidError} another database
 */
export function prismaDatabase<Transaction extends PrismaTransaction>(
  prisma: PrismaLike<Transaction>,
  { isolationLevel }: AdapterOptions = {},
): DatabaseAdapter<Transaction> {
  if (typeof prisma.$connect !== 'function')
    throw new TransactionOpenError(
      'prismaDatabase was given a transaction: give it the PrismaClient, or append with prismaTransaction',
    );
  refuseOtherProvider(prisma);
  const options = isolationLevel && { isolationLevel: LEVELS[isolationLevel] };
  return {
    dialect: 'postgres',
    transaction: (body) =>
      prisma.$transaction(
        (transaction) => body(transaction, transactionOf(transaction)),
        options as never,
      ),
  };
}

/** An interactive transaction of Prisma to append in; its end is yours to tell. @throws {ConfigInvalidError} another database */
export function prismaTransaction(transaction: PrismaTransaction): SqlTransaction {
  refuseOtherProvider(transaction);
  return transactionOf(transaction);
}

function transactionOf(transaction: PrismaTransaction): SqlTransaction {
  return {
    dialect: 'postgres',
    query: async (sql, params) =>
      rowsOf(await transaction.$queryRawUnsafe(sql, ...(params as never[]))),
  };
}

function refuseOtherProvider(prisma: object): void {
  const { _activeProvider: provider = 'postgresql' } = prisma as { _activeProvider?: string };
  if (provider === 'postgresql') return;
  throw new ConfigInvalidError(
    `writes through Prisma are for PostgreSQL, and this client is for ${provider}: write over the driver`,
  );
}
