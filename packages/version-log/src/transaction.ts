import { setTimeout as sleep } from 'node:timers/promises';
import type { Announcement } from '@hearsay/spi';
import { CommitUncertainError, WriteContendedError } from './errors.js';
import { reasonOf } from './reason.js';
import { isBusy, prepare, rollback, SQLITE, type SqliteConnection, sqliteCode } from './sqlite.js';
import { appendError } from './write/sql-error.js';

/** How long one attempt to take the write lock may block the event loop. */
export const ATTEMPT_MS = 3;
const PAUSE_MS_MAX = 32;
/** How long a commit may block for readers; polls are read within a few milliseconds. */
const COMMIT_WAIT_MS = 250;

export interface WriteTransactionOptions {
  /** How long to try for the write lock before giving up. */
  readonly waitMs: number;
  /** Called before each attempt; what it throws ends the attempts. */
  readonly beforeAttempt?: () => void;
  /** Filled by the body: what to announce as a hint should the outcome be unknown. */
  readonly hints?: readonly Announcement[];
}

/**
 * Runs `body` once, inside BEGIN IMMEDIATE … COMMIT. Waiting for the write lock is asynchronous
 * (rule L3); from BEGIN to COMMIT nothing else runs on this thread.
 *
 * @throws {WriteContendedError} no lock in time, or readers held up the commit; all is rolled back
 * @throws {CommitUncertainError} COMMIT failed and may have happened
 * @throws what `body` throws; all is rolled back
 */
export async function inWriteTransaction<T>(
  db: SqliteConnection,
  options: WriteTransactionOptions,
  body: () => T,
): Promise<T> {
  const giveUpAtMs = performance.now() + options.waitMs;
  for (let attempt = 0; ; attempt++) {
    options.beforeAttempt?.();
    if (tryBegin(db)) break;
    const leftMs = giveUpAtMs - performance.now();
    if (leftMs <= 0)
      throw new WriteContendedError(
        `other writers held the database for ${options.waitMs} ms: nothing was written, retry the transaction`,
      );
    await sleep(Math.min(leftMs, pauseMs(attempt)));
  }
  let value: T;
  try {
    value = body();
  } catch (error) {
    rollback(db);
    throw error;
  }
  commit(db, options.hints ?? []);
  return value;
}

/** How long to pause after an attempt, counted from 0: longer after each, and never two alike. */
export function pauseMs(attempt: number): number {
  return 1 + Math.random() * Math.min(PAUSE_MS_MAX, 2 ** attempt);
}

function tryBegin(db: SqliteConnection): boolean {
  try {
    withBusyTimeout(db, ATTEMPT_MS, () => db.exec('BEGIN IMMEDIATE'));
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** Runs `body` with another busy timeout than the connection has. */
function withBusyTimeout(db: SqliteConnection, timeoutMs: number, body: () => void): void {
  const before = Number(prepare(db, 'PRAGMA busy_timeout').get()?.['timeout'] ?? 0);
  db.exec(`PRAGMA busy_timeout = ${timeoutMs}`);
  try {
    body();
  } finally {
    db.exec(`PRAGMA busy_timeout = ${before}`);
  }
}

function commit(db: SqliteConnection, hints: readonly Announcement[]): void {
  try {
    tryCommit(db);
  } catch (error) {
    const undone = rollback(db);
    if (undone && isBusy(error))
      throw new WriteContendedError(
        'readers held up the commit: nothing was written, retry the transaction or use WAL mode',
        { cause: error },
      );
    if (undone && sqliteCode(error) === SQLITE.FULL) throw appendError(error);
    // A deferred constraint refused it.
    if (undone && sqliteCode(error) === SQLITE.CONSTRAINT) throw error;
    throw new CommitUncertainError(
      `it is unknown whether the transaction was committed (${reasonOf(error)}): read before you retry`,
      hints,
      { cause: error },
    );
  }
}

/** Outside WAL mode readers refuse a commit, which leaves it open and keeps new readers out meanwhile. */
function tryCommit(db: SqliteConnection): void {
  try {
    db.exec('COMMIT');
  } catch (error) {
    if (!isBusy(error)) throw error;
    withBusyTimeout(db, COMMIT_WAIT_MS, () => db.exec('COMMIT'));
  }
}
