import { ConfigInvalidError, HearsayError, LogUnavailableError } from '@hearsay/spi';
import {
  LogDriverMissingError,
  LogFileForeignError,
  LogFileUnreadableError,
  LogSchemaNewerError,
} from '../errors.js';
import type { LogOperations } from './log-file.js';

export type LogOperation = keyof LogOperations;

/** A call on its way to the worker. */
export interface WorkerCall {
  readonly id: number;
  readonly operation: LogOperation;
  readonly args: readonly unknown[];
}

/** An error on its way between threads, which would lose its class. */
export interface ErrorOnTheWay {
  readonly code: string;
  readonly message: string;
}

/** What comes back: a value or an error. */
export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorOnTheWay };

export function packError(error: unknown): ErrorOnTheWay {
  if (error instanceof HearsayError) return { code: error.code, message: error.message };
  return { code: '', message: error instanceof Error ? error.message : String(error) };
}

export function unpackError({ code, message }: ErrorOnTheWay): Error {
  switch (code) {
    case 'HEARSAY_LOG_FILE_FOREIGN':
      return new LogFileForeignError(message);
    case 'HEARSAY_LOG_FILE_UNREADABLE':
      return new LogFileUnreadableError(message);
    case 'HEARSAY_LOG_SCHEMA_NEWER':
      return new LogSchemaNewerError(message);
    case 'HEARSAY_LOG_DRIVER_MISSING':
      return new LogDriverMissingError(message);
    case 'HEARSAY_CONFIG_INVALID':
      return new ConfigInvalidError(message);
    default:
      return new LogUnavailableError(message);
  }
}
