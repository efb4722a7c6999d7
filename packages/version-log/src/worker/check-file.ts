import { accessSync, type BigIntStats, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LogUnavailableError } from '@hearsay/spi';
import { LogFileForeignError, LogFileUnreadableError } from '../errors.js';
import { reasonOf } from '../reason.js';

/** The smallest page. A shorter file is no database, yet SQLite would take it for an empty one. */
const DATABASE_BYTES_MIN = 512;

/** Names one file for as long as it exists: a file restored under the same path has another. */
export type FileIdentity = string;

/** @returns `undefined` where there is no such file */
export function fileIdentity(path: string): FileIdentity | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

/**
 * SQLite would make an empty file of it.
 * @throws {LogUnavailableError} there is no such file
 */
export function requireFile(path: string): FileIdentity {
  const identity = fileIdentity(path);
  if (identity === undefined) throw gone(path);
  return identity;
}

export function gone(path: string): LogUnavailableError {
  return new LogUnavailableError(`the log's file ${path} is gone: put it back`);
}

/**
 * Looks at a path before SQLite does, and changes nothing. It never opens the file: closing it again
 * would drop the locks that SQLite has on it in this process
 * (https://sqlite.org/howtocorrupt.html, 2.2).
 *
 * @returns whether the file is there
 * @throws {LogFileUnreadableError} {@link LogFileForeignError}
 */
export function checkFile(path: string): boolean {
  checkDirectory(path);
  const stats = statOf(path);
  if (stats === undefined) return false;
  if (!stats.isFile()) throw unreadable(path, 'it is not a regular file');
  requireAccess(path, path, constants.R_OK | constants.W_OK);
  if (stats.size > 0 && stats.size < DATABASE_BYTES_MIN)
    throw new LogFileForeignError(`${path} is not a SQLite database: name another file`);
  return true;
}

/** SQLite keeps its journal beside the file, so the directory must be writable too. */
function checkDirectory(path: string): void {
  const directory = dirname(path);
  const stats = statOf(directory);
  if (stats === undefined) throw unreadable(path, `the directory ${directory} does not exist`);
  if (!stats.isDirectory()) throw unreadable(path, `${directory} is not a directory`);
  requireAccess(path, directory, constants.W_OK | constants.X_OK);
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
}

function requireAccess(path: string, at: string, mode: number): void {
  try {
    accessSync(at, mode);
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
}

export function unreadable(path: string, reason: string, cause?: unknown): LogFileUnreadableError {
  return new LogFileUnreadableError(
    `cannot use ${path} as version log: ${reason}; use a file in a directory that can be written`,
    { cause },
  );
}
