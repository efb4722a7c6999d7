import { randomBytes } from 'node:crypto';
import type { Invalidation } from '@hearsay/spi';
import { ScopeMissingError, TransactionEndedError, TransactionMissingError } from '../errors.js';
import type { Appended } from '../write/batch.js';
import { appendError } from '../write/sql-error.js';
import type { SqlTransaction } from '../write/sql-transaction.js';

/** @param marker the value of the setting `hearsay.write` without which nothing is to be done */
export type AppendMarked = (
  tx: SqlTransaction,
  invalidations: readonly Invalidation[],
  marker: string,
) => Promise<Appended>;

/**
 * Marks one transaction by a setting that ends with it, so that an append knows its own transaction
 * again: should the callback have ended it, nothing is appended, not even into the next one.
 */
export class TransactionMark {
  readonly #marker = randomBytes(8).toString('hex');

  /** The statement that marks the transaction which it runs in. No query, so that SET TRANSACTION may follow. */
  get sql(): string {
    return `SET LOCAL hearsay.write = '${this.#marker}'`;
  }

  /** @throws {TransactionEndedError} the marked transaction is not open any more */
  async append(
    tx: SqlTransaction,
    invalidations: readonly Invalidation[],
    append: AppendMarked,
  ): Promise<Appended> {
    try {
      return await append(tx, invalidations, this.#marker);
    } catch (error) {
      const isNothingDone =
        error instanceof ScopeMissingError || error instanceof TransactionMissingError;
      if (isNothingDone) await this.check(tx, invalidations);
      throw error;
    }
  }

  /**
   * @throws {TransactionEndedError} the marked transaction is not open any more
   * @throws {TransactionRolledBackError} a statement of it failed
   */
  async check(tx: SqlTransaction, invalidations: readonly Invalidation[]): Promise<void> {
    let rows: readonly Readonly<Record<string, unknown>>[];
    try {
      rows = await tx.query(`SELECT current_setting('hearsay.write', true) AS marker`, []);
    } catch (error) {
      throw appendError(error);
    }
    if (rows[0]?.['marker'] === this.#marker) return;
    throw new TransactionEndedError(
      'the transaction of a write was ended inside its callback: leave COMMIT and ROLLBACK to the write',
      invalidations,
    );
  }
}
