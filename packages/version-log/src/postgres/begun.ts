import type { Invalidation } from '@hearsay/spi';
import { postgresTransaction } from '../adapters/drivers.js';
import { TransactionOpenError } from '../errors.js';
import type { BegunTransaction } from '../server/write.js';
import type { Appended } from '../write/batch.js';
import type { PostgresClient } from './client.js';
import { withNames } from './prepared.js';
import { type AppendMarked, TransactionMark } from './transaction-mark.js';

export interface BegunOptions {
  readonly preparedStatements: boolean;
  readonly append: AppendMarked;
}

/** A transaction of a write on the caller's connection. */
export class BegunOnPostgres implements BegunTransaction {
  readonly abandon: () => void;
  readonly #client: PostgresClient;
  readonly #options: BegunOptions;
  readonly #mark = new TransactionMark();

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
      await this.#client.query({ text: `BEGIN; ${this.#mark.sql}` });
    } catch (error) {
      // It may have begun all the same: whoever has the connection next would be inside it.
      this.abandon();
      throw error;
    }
  }

  /** @throws {TransactionEndedError} the transaction is not open any more */
  async append(invalidations: readonly Invalidation[]): Promise<Appended> {
    const { append, preparedStatements } = this.#options;
    const tx = withNames(postgresTransaction(this.#client), preparedStatements);
    return this.#mark.append(tx, invalidations, append);
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
}
