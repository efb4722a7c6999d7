import {
  BatchTooLargeError,
  type Invalidation,
  invalidationOf,
  LIMITS,
  type TargetInput,
} from '@hearsay/spi';
import { TransactionEndedError } from '../errors.js';
import { invalidationId } from './batch.js';

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

/** The invalidations of one write: distinct, bounded, and void as a whole once one was refused. */
export class Collected implements WriteTransaction {
  readonly invalidations: Invalidation[] = [];
  failure: { readonly error: unknown } | undefined;
  readonly #seen = new Set<string>();
  #closed = false;

  /** Bound, so that a callback may take it out of its object. */
  readonly invalidate = (scope: string, input: TargetInput): void => {
    if (this.#closed)
      throw new TransactionEndedError('invalidate was called after its write was over', []);
    try {
      this.#addValid(invalidationOf(scope, input));
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  };

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
