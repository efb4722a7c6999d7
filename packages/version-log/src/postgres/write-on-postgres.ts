import type { Invalidation } from '@hearsay/spi';
import { type DatabaseAdapter, isDatabaseAdapter } from '../adapters/database-adapter.js';
import { exclusively } from '../server/exclusive.js';
import { writeIn } from '../server/write.js';
import { type Appended, NOTHING_APPENDED } from '../write/batch.js';
import type { WriteTransaction } from '../write/collected.js';
import { requireConnection } from '../write/require-connection.js';
import type { Written } from '../write/write.js';
import { type TransactionSteps, writeThrough } from '../write/write-through.js';
import { BegunOnPostgres, type BegunOptions } from './begun.js';
import { isPostgresPool, type PostgresClient, type PostgresPool } from './client.js';
import { withNames } from './prepared.js';
import { TransactionMark } from './transaction-mark.js';

export interface PostgresWriteOptions extends BegunOptions {
  /** Runs the append of the open transaction, with what has to come ahead of it. */
  readonly appending: (
    invalidations: readonly Invalidation[],
    append: () => Promise<Appended>,
  ) => Promise<Appended>;
}

type Callback<T> = (tx: WriteTransaction, client: PostgresClient) => Promise<T> | T;

/** A write through a library, over a pool, which gets its connection back whatever happens, or over one connection. */
export async function writeOnPostgres<T>(
  db: PostgresPool | PostgresClient | DatabaseAdapter<unknown>,
  options: PostgresWriteOptions,
  callback: Callback<T>,
): Promise<Written<T>> {
  if (isDatabaseAdapter(db)) return writeThrough(db, stepsOf(options), callback as never);
  requireConnection(db, ['query'], 'a pool or a client of pg');
  if (!isPostgresPool(db)) return writeOver(db, options, callback, () => undefined);
  const client = await db.connect();
  let broken = false;
  try {
    return await writeOver(client, options, callback, () => {
      broken = true;
    });
  } finally {
    client.release(broken);
  }
}

function writeOver<T>(
  client: PostgresClient,
  options: PostgresWriteOptions,
  callback: Callback<T>,
  giveUp: () => void,
): Promise<Written<T>> {
  return exclusively(client, giveUp, async (abandon) => {
    const begun = new BegunOnPostgres(client, options, abandon);
    await begun.begin();
    const append = (invalidations: readonly Invalidation[]) =>
      options.appending(invalidations, () => begun.append(invalidations));
    return writeIn(begun, append, (tx) => callback(tx, client));
  });
}

function stepsOf({
  appending,
  append,
  preparedStatements,
}: PostgresWriteOptions): TransactionSteps {
  const mark = new TransactionMark();
  return {
    dialect: 'postgres',
    enter: async (tx) => void (await tx.query(mark.sql, [])),
    append: async (tx, invalidations) => {
      if (invalidations.length > 0)
        return appending(invalidations, () =>
          mark.append(withNames(tx, preparedStatements), invalidations, append),
        );
      await mark.check(tx, invalidations);
      return NOTHING_APPENDED;
    },
  };
}
