import type { DatabaseSync } from 'node:sqlite';
import { types } from 'node:util';
import {
  BatchTooLargeError,
  type Invalidation,
  invalidationOf,
  LIMITS,
  type Origin,
  type TargetInput,
} from '@hearsay/spi';
import { TransactionEndedError, TransactionOpenError, WriteCallbackAsyncError } from '../errors.js';
import { inTransaction } from '../sqlite.js';
import { inWriteTransaction } from '../transaction.js';
import { type Appended, appendToLog, invalidationId } from './append.js';

/** What the callback of a write is given. */
export interface WriteTransaction {
  /**
   * Says that something is no longer true once this transaction is committed. Naming the same
   * thing twice is naming it once.
   * @throws {NameInvalidError} {@link ConfigInvalidError} {@link BatchTooLargeError} the write is
   * rolled back, also when the callback swallows the error
   */
  invalidate(scope: string, target: TargetInput): void;
}

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

const lastInLine = new WeakMap<DatabaseSync, Promise<void>>();
const inCallback = new WeakSet<DatabaseSync>();

/** {@link SqliteVersionLog.write}; writes over one connection take turns in the order of their calls. */
export async function write<T>(
  db: DatabaseSync,
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
  db: DatabaseSync,
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
  db: DatabaseSync,
  collected: Collected,
  callback: (tx: WriteTransaction) => T,
): T {
  db.exec('SAVEPOINT hearsay_write');
  inCallback.add(db);
  try {
    const value = callback({ invalidate: (scope, target) => collected.add(scope, target) });
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

function releaseSavepoint(db: DatabaseSync, collected: Collected): void {
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

/** The invalidations of one write: distinct, bounded, and void as a whole once one was refused. */
class Collected {
  readonly invalidations: Invalidation[] = [];
  failure: { readonly error: unknown } | undefined;
  readonly #seen = new Set<string>();
  #closed = false;

  add(scope: string, input: TargetInput): void {
    if (this.#closed)
      throw new TransactionEndedError('invalidate was called after its write was over', []);
    try {
      this.#addValid(invalidationOf(scope, input));
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
  }

  #addValid(invalidation: Invalidation): void {
    const id = invalidationId(invalidation);
    if (this.#seen.has(id)) return;
    if (this.#seen.size === LIMITS.batchEventsMax)
      throw new BatchTooLargeError(
        `more than ${LIMITS.batchEventsMax} invalidations in one write: name a prefix, tag or scope`,
      );
    this.#seen.add(id);
    this.invalidations.push(invalidation);
  }
}

function refuseOpenTransaction(db: DatabaseSync): void {
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
