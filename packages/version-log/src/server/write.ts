import type { Announcement, Invalidation } from '@hearsay/spi';
import { TransactionRolledBackError } from '../errors.js';
import { type Appended, NOTHING_APPENDED } from '../write/batch.js';
import { Collected, type WriteTransaction } from '../write/collected.js';
import { commitError } from '../write/commit-error.js';
import { isUndone } from '../write/sql-error.js';
import type { Written } from '../write/write.js';

/** A transaction that a write has begun on the caller's connection. */
export interface BegunTransaction {
  /**
   * @returns whether the database says that it committed
   * @throws the driver's own error
   */
  commit(): Promise<boolean>;
  /** Undoes what can be undone; a connection that cannot say is given up. Never throws. */
  rollback(): Promise<void>;
  /** Gives the connection up: nobody knows what it did. */
  abandon(): void;
}

/**
 * Runs the callback once in the transaction, appends what it invalidates, last, and commits.
 *
 * @param append to the open transaction
 * @throws what the callback throws, and as `write` of the logs on servers
 */
export async function writeIn<T>(
  transaction: BegunTransaction,
  append: (invalidations: readonly Invalidation[]) => Promise<Appended>,
  callback: (tx: WriteTransaction) => Promise<T> | T,
): Promise<Written<T>> {
  const collected = new Collected();
  let written: Written<T>;
  try {
    const value = await callback({ invalidate: collected.invalidate });
    if (collected.failure) throw collected.failure.error;
    collected.close();
    const { invalidations } = collected;
    const appended = invalidations.length === 0 ? NOTHING_APPENDED : await append(invalidations);
    written = { value, ...appended };
  } catch (error) {
    collected.close();
    await transaction.rollback();
    throw error;
  }
  await commit(transaction, collected.invalidations);
  return written;
}

/** Only what COMMIT itself answered counts (rule L2). */
async function commit(
  transaction: BegunTransaction,
  hints: readonly Announcement[],
): Promise<void> {
  let committed: boolean;
  try {
    committed = await transaction.commit();
  } catch (error) {
    if (isUndone(error)) await transaction.rollback();
    else transaction.abandon();
    throw commitError(error, hints);
  }
  if (committed) return;
  throw new TransactionRolledBackError(
    'COMMIT rolled back, since a statement of the transaction had failed: nothing was written, look for its error',
  );
}
