import type { Invalidation } from '@hearsay/spi';
import { exclusively } from '../server/exclusive.js';
import { writeIn } from '../server/write.js';
import type { Appended } from '../write/batch.js';
import type { WriteTransaction } from '../write/collected.js';
import type { Written } from '../write/write.js';
import { BegunOnPostgres, type BegunOptions } from './begun.js';
import { isPostgresPool, type PostgresClient, type PostgresPool } from './client.js';

export interface PostgresWriteOptions extends BegunOptions {
  /** Runs the append of the open transaction, with what has to come ahead of it. */
  readonly appending: (
    invalidations: readonly Invalidation[],
    append: () => Promise<Appended>,
  ) => Promise<Appended>;
}

type Callback<T> = (tx: WriteTransaction, client: PostgresClient) => Promise<T> | T;

/** A write over a pool, which gets its connection back whatever happens, or over one connection. */
export async function writeOnPostgres<T>(
  db: PostgresPool | PostgresClient,
  options: PostgresWriteOptions,
  callback: Callback<T>,
): Promise<Written<T>> {
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
