import type { Announcement } from '@hearsay/spi';
import { CommitUncertainError } from '../errors.js';
import { reasonOf } from '../reason.js';
import { appendError, isUndone } from './sql-error.js';

/** The error to throw for what COMMIT threw: only what it answered itself counts (rule L2). */
export function commitError(error: unknown, hints: readonly Announcement[]): unknown {
  if (isUndone(error)) return appendError(error);
  return new CommitUncertainError(
    `it is unknown whether the transaction was committed (${reasonOf(error)}): read before you retry`,
    hints,
    { cause: error },
  );
}
