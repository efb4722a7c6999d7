import type { Invalidation, Origin } from '@hearsay/spi';
import { mysqlTransaction } from '../adapters/drivers.js';
import { TransactionEndedError, TransactionMissingError, TransactionOpenError } from '../errors.js';
import type { BegunTransaction } from '../server/write.js';
import type { TablePlace } from '../tables.js';
import { appendInTransaction } from '../write/append-in-transaction.js';
import type { Appended } from '../write/batch.js';
import type { MysqlConnection } from './client.js';

/** SERVER_STATUS_IN_TRANS, as every answer without rows carries it. */
const IN_TRANSACTION = 1;

/** A transaction of a write on the caller's connection. */
export class BegunOnMysql implements BegunTransaction {
  readonly #client: MysqlConnection;
  readonly #place: TablePlace;
  readonly #origin: Origin;
  readonly #abandon: () => void;

  /** @param abandon gives the connection up */
  constructor(client: MysqlConnection, place: TablePlace, origin: Origin, abandon: () => void) {
    this.#client = client;
    this.#place = place;
    this.#origin = origin;
    this.#abandon = abandon;
  }

  /**
   * @param isPooled out of a pool, where nobody leaves a transaction open. Elsewhere one would be
   * committed by the beginning of another, so it is looked for first
   * @throws {TransactionOpenError} one is open already; it is left alone
   */
  async begin(isPooled: boolean): Promise<void> {
    if (!isPooled && (await this.#isOpen()))
      throw new TransactionOpenError(
        'a transaction is already open on this connection: end it first, or append inside it',
      );
    try {
      await this.#client.query({ sql: 'START TRANSACTION' });
    } catch (error) {
      // It may have begun all the same: whoever has the connection next would be inside it.
      this.abandon();
      throw error;
    }
  }

  /**
   * A statement such as CREATE TABLE commits and leaves no transaction behind.
   * @throws {TransactionEndedError} the transaction is not open any more
   */
  async append(invalidations: readonly Invalidation[]): Promise<Appended> {
    const tx = mysqlTransaction(this.#client);
    try {
      return await appendInTransaction(tx, this.#origin, invalidations, this.#place);
    } catch (error) {
      if (!(error instanceof TransactionMissingError)) throw error;
      throw new TransactionEndedError(
        'the transaction of a write was ended inside its callback: leave COMMIT, ROLLBACK and changes of tables out of it',
        invalidations,
        { cause: error },
      );
    }
  }

  /** @returns `true`: MariaDB and MySQL roll back at the failing statement, or say so as an error */
  async commit(): Promise<boolean> {
    await this.#client.query({ sql: 'COMMIT' });
    return true;
  }

  async rollback(): Promise<void> {
    try {
      await this.#client.query({ sql: 'ROLLBACK' });
    } catch {
      this.#abandon();
    }
  }

  abandon(): void {
    this.#abandon();
  }

  async #isOpen(): Promise<boolean> {
    const [answer] = await this.#client.query({ sql: 'DO 0' });
    const { serverStatus } = answer as { readonly serverStatus?: number };
    return ((serverStatus ?? 0) & IN_TRANSACTION) !== 0;
  }
}
