import { types } from 'node:util';
import type { Origin } from '@hearsay/spi';
import { TransactionEndedError, TransactionOpenError, WriteCallbackAsyncError } from '../errors.js';
import { inTransaction, type SqliteConnection } from '../sqlite.js';
import { inWriteTransaction } from '../transaction.js';
import { appendToLog } from './append.js';
import type { Appended } from './batch.js';
import { Collected, type WriteTransaction } from './collected.js';

/** What a committed write returns: announce the announcements, hand on the positions as a token. */
export interface Written<T> extends Appended {
  readonly value: T;
}

export interface WriteOptions {
  readonly tablePrefix: string;
  readonly origin: Origin;
  /** How long to try for the write lock. */
  readonly waitMs: number;
}

const lastInLine = new WeakMap<SqliteConnection, Promise<void>>();
const inCallback = new WeakSet<SqliteConnection>();

/** {@link SqliteVersionLog.write}; writes over one connection take turns in the order of their calls. */
export async function write<T>(
  db: SqliteConnection,
  options: WriteOptions,
  callback: (tx: WriteTransaction) => T,
): Promise<Written<T>> {
  if (types.isAsyncFunction(callback)) throw asyncCallback('nothing was done');
  if (inCallback.has(db))
    throw new TransactionOpenError('a write inside the callback of a write: invalidate there');
  const turn = (lastInLine.get(db) ?? Promise.resolve()).then(() =>
    writeNow(db, options, callback),
  );
  lastInLine.set(
    db,
    turn.then(
      () => undefined,
      () => undefined,
    ),
  );
  return turn;
}

async function writeNow<T>(
  db: SqliteConnection,
  options: WriteOptions,
  callback: (tx: WriteTransaction) => T,
): Promise<Written<T>> {
  const collected = new Collected();
  const transaction = {
    waitMs: options.waitMs,
    beforeAttempt: () => refuseOpenTransaction(db),
    hints: collected.invalidations,
  };
  return inWriteTransaction(db, transaction, () => {
    const value = runCallback(db, collected, callback);
    const { tablePrefix, origin } = options;
    return { value, ...appendToLog(db, tablePrefix, origin, collected.invalidations) };
  });
}

/** The savepoint lives exactly as long as this transaction: also a COMMIT with a BEGIN after it shows. */
function runCallback<T>(
  db: SqliteConnection,
  collected: Collected,
  callback: (tx: WriteTransaction) => T,
): T {
  db.exec('SAVEPOINT hearsay_write');
  inCallback.add(db);
  try {
    const value = callback({ invalidate: collected.invalidate });
    refusePromise(value);
    if (collected.failure) throw collected.failure.error;
    return value;
  } catch (error) {
    collected.failure = { error };
    throw error;
  } finally {
    inCallback.delete(db);
    collected.close();
    releaseSavepoint(db, collected);
  }
}

function releaseSavepoint(db: SqliteConnection, collected: Collected): void {
  try {
    db.exec('RELEASE hearsay_write');
  } catch {
    throw new TransactionEndedError(
      'the transaction of a write was ended inside its callback: leave COMMIT and ROLLBACK to the write',
      collected.invalidations,
      collected.failure && { cause: collected.failure.error },
    );
  }
}

function refuseOpenTransaction(db: SqliteConnection): void {
  if (inTransaction(db))
    throw new TransactionOpenError(
      'a transaction is already open on this connection: end it first, or use appendToLog inside it',
    );
}

function refusePromise(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!('then' in value) || typeof value.then !== 'function') return;
  // Its outcome is nobody's any more: it must not end the process as an unhandled rejection.
  Promise.resolve(value).catch(() => undefined);
  throw asyncCallback('everything up to its first await was rolled back');
}

function asyncCallback(consequence: string): WriteCallbackAsyncError {
  return new WriteCallbackAsyncError(
    `the callback of a write must be synchronous (${consequence}): await before or after the write`,
  );
}
