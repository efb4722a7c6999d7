import { ConfigInvalidError, type Invalidation } from '@hearsay/spi';
import type { DatabaseAdapter } from '../adapters/database-adapter.js';
import { TransactionEndedError, TransactionMissingError } from '../errors.js';
import type { Appended } from './batch.js';
import { Collected, type WriteTransaction } from './collected.js';
import { commitError } from './commit-error.js';
import type { SqlDialect, SqlTransaction } from './sql-transaction.js';
import type { Written } from './write.js';

/** What a log does in one transaction of a library. */
export interface TransactionSteps {
  readonly dialect: SqlDialect;
  /** Before the callback. */
  enter(tx: SqlTransaction): Promise<void>;
  /**
   * After it, last. Of no invalidations too: it finds out whether the transaction can still be
   * committed, which COMMIT does not say through every library.
   * @throws {TransactionMissingError} it is not open any more
   */
  append(tx: SqlTransaction, invalidations: readonly Invalidation[]): Promise<Appended>;
}

/**
 * Runs the callback once in a transaction of the adapter's library and appends what it invalidates, last.
 *
 * @throws {ConfigInvalidError} the library speaks to another kind of database; nothing is done
 * @throws what the callback throws, and as `write` of the logs
 */
export async function writeThrough<Transaction, T>(
  db: DatabaseAdapter<Transaction>,
  steps: TransactionSteps,
  callback: (tx: WriteTransaction, transaction: Transaction) => Promise<T> | T,
): Promise<Written<T>> {
  if (db.dialect !== steps.dialect)
    throw new ConfigInvalidError(
      `the database of a write speaks ${db.dialect} and the log ${steps.dialect}: write to the database that has the log`,
    );
  const collected = new Collected();
  const outcome: { failure?: { readonly error: unknown }; written?: Written<T> } = {};
  const body = async (transaction: Transaction, tx: SqlTransaction): Promise<void> => {
    try {
      await steps.enter(tx);
      const value = await callback({ invalidate: collected.invalidate }, transaction);
      collected.close();
      if (collected.failure) throw collected.failure.error;
      outcome.written = { value, ...(await append(steps, tx, collected.invalidations)) };
    } catch (error) {
      collected.close();
      outcome.failure = { error };
      throw error;
    }
  };
  let running: Promise<void> | undefined;
  const failed = await db
    .transaction((transaction, tx) => {
      if (running !== undefined)
        throw new ConfigInvalidError('the database of a write ran its transaction twice');
      running = body(transaction, tx);
      return running;
    })
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  // Some let go of a callback that has ended their transaction before it is over.
  await running?.catch(() => undefined);
  // What a library throws in place of it, should its rollback fail too, says less.
  if (outcome.failure) throw outcome.failure.error;
  // Without anything written, nothing was begun.
  if (failed)
    throw outcome.written ? commitError(failed.error, collected.invalidations) : failed.error;
  if (!outcome.written) throw new ConfigInvalidError('the database of a write ran no transaction');
  return outcome.written;
}

async function append(
  steps: TransactionSteps,
  tx: SqlTransaction,
  invalidations: readonly Invalidation[],
): Promise<Appended> {
  try {
    return await steps.append(tx, invalidations);
  } catch (error) {
    if (!(error instanceof TransactionMissingError)) throw error;
    throw new TransactionEndedError(
      'the transaction of a write was ended inside its callback: leave COMMIT, ROLLBACK and changes of tables out of it',
      invalidations,
      { cause: error },
    );
  }
}
