import { type Announcement, HearsayError } from '@hearsay/spi';

/** Thrown when the file at the log's path, or a table in it, is not Hearsay's. The file is left as it was. */
export class LogFileForeignError extends HearsayError {
  readonly code = 'HEARSAY_LOG_FILE_FOREIGN';
}

/** Thrown when the log's file or directory is missing, unreadable or not writable. Nothing is created. */
export class LogFileUnreadableError extends HearsayError {
  readonly code = 'HEARSAY_LOG_FILE_UNREADABLE';
}

/** Thrown when a newer release made the log's tables. The file is left as it was. */
export class LogSchemaNewerError extends HearsayError {
  readonly code = 'HEARSAY_LOG_SCHEMA_NEWER';
}

/** Thrown when the connection that a write came over has no tables of the log. Nothing is appended. */
export class LogTablesMissingError extends HearsayError {
  readonly code = 'HEARSAY_LOG_TABLES_MISSING';
}

/** Thrown when other writers held the database for too long. Everything is rolled back: retry. */
export class WriteContendedError extends HearsayError {
  readonly code = 'HEARSAY_WRITE_CONTENDED';
}

/** Thrown when the callback of a write is asynchronous. Its transaction is rolled back, or was not begun. */
export class WriteCallbackAsyncError extends HearsayError {
  readonly code = 'HEARSAY_WRITE_CALLBACK_ASYNC';
}

/** Thrown when a write meets a transaction that is already open on its connection. That one is left alone. */
export class TransactionOpenError extends HearsayError {
  readonly code = 'HEARSAY_TRANSACTION_OPEN';
}

/** Thrown when an append finds no open transaction to be part of. Nothing is appended. */
export class TransactionMissingError extends HearsayError {
  readonly code = 'HEARSAY_TRANSACTION_MISSING';
}

/**
 * Thrown when the transaction of a write was ended behind its back. What it had done may be
 * committed, without its invalidations: announce the {@link hints} (rule L2).
 */
export class TransactionEndedError extends HearsayError {
  readonly code = 'HEARSAY_TRANSACTION_ENDED';
  readonly hints: readonly Announcement[];

  constructor(message: string, hints: readonly Announcement[], options?: ErrorOptions) {
    super(message, options);
    this.hints = hints;
  }
}

/** Thrown when COMMIT failed in a way that leaves its outcome unknown: announce the {@link hints} (rule L2). */
export class CommitUncertainError extends HearsayError {
  readonly code = 'HEARSAY_COMMIT_UNCERTAIN';
  readonly hints: readonly Announcement[];

  constructor(message: string, hints: readonly Announcement[], options?: ErrorOptions) {
    super(message, options);
    this.hints = hints;
  }
}
