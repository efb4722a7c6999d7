import type { Announcement, Invalidation } from '@hearsay/spi';
import { CommitUncertainError, TransactionRolledBackError } from '../errors.js';
import { reasonOf } from '../reason.js';
import type { Appended } from '../write/batch.js';
import { Collected, type WriteTransaction } from '../write/collected.js';
import { appendError, isUndone } from '../write/sql-error.js';
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
    const appended = invalidations.length === 0 ? NOTHING : await append(invalidations);
    written = { value, ...appended };
  } catch (error) {
    collected.close();
    await transaction.rollback();
    throw error;
  }
  await commit(transaction, collected.invalidations);
  return written;
}

const NOTHING: Appended = { announcements: [], positions: [] };

/** Only what COMMIT itself answered counts (rule L2). */
async function commit(
  transaction: BegunTransaction,
  hints: readonly Announcement[],
): Promise<void> {
  let committed: boolean;
  try {
    committed = await transaction.commit();
  } catch (error) {
    if (isUndone(error)) {
      await transaction.rollback();
      throw appendError(error);
    }
    transaction.abandon();
    throw new CommitUncertainError(
      `it is unknown whether the transaction was committed (${reasonOf(error)}): read before you retry`,
      hints,
      { cause: error },
    );
  }
  if (committed) return;
  throw new TransactionRolledBackError(
    'COMMIT rolled back, since a statement of the transaction had failed: nothing was written, look for its error',
  );
}
