import { randomBytes } from 'node:crypto';
import type { Invalidation } from '@hearsay/spi';
import {
  ScopeMissingError,
  TransactionEndedError,
  TransactionMissingError,
  TransactionOpenError,
} from '../errors.js';
import type { BegunTransaction } from '../server/write.js';
import type { Appended } from '../write/batch.js';
import type { SqlTransaction } from '../write/sql-transaction.js';
import type { PostgresClient } from './client.js';
import { queryOf } from './prepared.js';

export interface BegunOptions {
  readonly preparedStatements: boolean;
  /** @param marker the value of the setting `hearsay.write` without which nothing is to be done */
  readonly append: (
    tx: SqlTransaction,
    invalidations: readonly Invalidation[],
    marker: string,
  ) => Promise<Appended>;
}

/**
 * A transaction of a write on the caller's connection. It is marked by a setting that ends with it,
 * so that an append knows its own transaction again: should the callback have ended it, nothing is
 * appended, not even into the next one.
 */
export class BegunOnPostgres implements BegunTransaction {
  readonly abandon: () => void;
  readonly #client: PostgresClient;
  readonly #options: BegunOptions;
  readonly #marker = randomBytes(8).toString('hex');

  /** @param abandon gives the connection up */
  constructor(client: PostgresClient, options: BegunOptions, abandon: () => void) {
    this.#client = client;
    this.#options = options;
    this.abandon = abandon;
  }

  /** @throws {TransactionOpenError} one is open already; it is left alone */
  async begin(): Promise<void> {
    const status = this.#client.getTransactionStatus?.() ?? 'I';
    if (status !== 'I')
      throw new TransactionOpenError(
        'a transaction is already open on this connection: end it first, or append inside it',
      );
    try {
      // One round trip for both.
      await this.#client.query({ text: `BEGIN; SET LOCAL hearsay.write = '${this.#marker}'` });
    } catch (error) {
      // It may have begun all the same: whoever has the connection next would be inside it.
      this.abandon();
      throw error;
    }
  }

  /** @throws {TransactionEndedError} the transaction is not open any more */
  async append(invalidations: readonly Invalidation[]): Promise<Appended> {
    const { append, preparedStatements } = this.#options;
    const tx: SqlTransaction = {
      dialect: 'postgres',
      query: async (sql, params) =>
        (await this.#client.query(queryOf({ sql, params }, preparedStatements))).rows,
    };
    try {
      return await append(tx, invalidations, this.#marker);
    } catch (error) {
      const isNothingDone =
        error instanceof ScopeMissingError || error instanceof TransactionMissingError;
      if (!isNothingDone || (await this.#isOpen())) throw error;
      throw new TransactionEndedError(
        'the transaction of a write was ended inside its callback: leave COMMIT and ROLLBACK to the write',
        invalidations,
      );
    }
  }

  async commit(): Promise<boolean> {
    return (await this.#client.query({ text: 'COMMIT' })).command === 'COMMIT';
  }

  async rollback(): Promise<void> {
    try {
      await this.#client.query({ text: 'ROLLBACK' });
    } catch {
      this.abandon();
    }
  }

  async #isOpen(): Promise<boolean> {
    const text = `SELECT current_setting('hearsay.write', true) AS marker`;
    const { rows } = await this.#client.query({ text });
    return rows[0]?.['marker'] === this.#marker;
  }
}
