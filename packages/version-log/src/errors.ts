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

/** Thrown when a table of the log's name on a database server is not Hearsay's. It is left as it was. */
export class LogTablesForeignError extends HearsayError {
  readonly code = 'HEARSAY_LOG_TABLES_FOREIGN';
}

/** Thrown when the log's tables are missing on a database server, or may not be used. Nothing is created. */
export class LogTablesRefusedError extends HearsayError {
  readonly code = 'HEARSAY_LOG_TABLES_REFUSED';
}

/** Thrown when a log was made in another mode than it is opened with (rule L7). It is left as it was. */
export class LogModeDifferentError extends HearsayError {
  readonly code = 'HEARSAY_LOG_MODE_DIFFERENT';
}

/** Thrown when the log's database takes no writes: a standby, a replica, or set to read only. */
export class LogReadOnlyError extends HearsayError {
  readonly code = 'HEARSAY_LOG_READ_ONLY';
}

/** Thrown when a database server cannot hold a log: too old, or one of several primaries. */
export class LogServerUnfitError extends HearsayError {
  readonly code = 'HEARSAY_LOG_SERVER_UNFIT';
}

/** Thrown when the package that talks to the database is not installed. */
export class LogDriverMissingError extends HearsayError {
  readonly code = 'HEARSAY_LOG_DRIVER_MISSING';
}

/** Thrown when the database has no room for a write. Nothing is appended: roll back. */
export class DatabaseFullError extends HearsayError {
  readonly code = 'HEARSAY_DATABASE_FULL';
}

/** Thrown when an append names a scope without a counter (rule L6). Nothing is appended: roll back. */
export class ScopeMissingError extends HearsayError {
  readonly code = 'HEARSAY_SCOPE_MISSING';
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

/** Thrown when a transaction could only be rolled back, whatever COMMIT said. Nothing of it is announced. */
export class TransactionRolledBackError extends HearsayError {
  readonly code = 'HEARSAY_TRANSACTION_ROLLED_BACK';
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
