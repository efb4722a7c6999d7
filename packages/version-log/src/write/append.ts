/**
 * Appending to the chain: one row and one link per invalidation, inside a transaction that is
 * already open and last in it. The write lock of SQLite covers the whole file, so the order of
 * versions is the order of commits: no gap, no late commit, and a rollback leaves nothing.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  BatchTooLargeError,
  GENESIS,
  type Invalidation,
  LIMITS,
  type LogId,
  type Origin,
  originId,
  type Scope,
  type Version,
} from '@hearsay/spi';
import { LogTablesMissingError, TransactionMissingError, WriteContendedError } from '../errors.js';
import { tablePrefixOf } from '../schema.js';
import { inTransaction, isBusy, prepare, SQLITE, sqliteCode } from '../sqlite.js';

/** What a write shall tell the others once it is committed. */
export interface Appended {
  readonly announcements: readonly Announcement[];
  /** The head that each touched scope has now. */
  readonly positions: readonly AppliedPosition[];
}

interface Statements {
  readonly logId: StatementSync;
  readonly head: StatementSync;
  readonly create: StatementSync;
  readonly advance: StatementSync;
  readonly insert: StatementSync;
}

const prepared = new WeakMap<DatabaseSync, Map<string, Statements>>();

/**
 * Appends inside a transaction that the caller has open on `db`. It must be the last thing done in
 * it. Announce the result AFTER your commit has succeeded; if its outcome is unknown, announce
 * without `place` (rule L2). After an error roll the transaction back.
 *
 * @param invalidations 0 … `LIMITS.batchEventsMax`; equal ones become one row
 * @throws {BatchTooLargeError} that many invalidations, or more than `LIMITS.scopesPerWriteMax` scopes; nothing is appended
 * @throws {TransactionMissingError} no transaction is open; nothing is appended
 * @throws {LogTablesMissingError} the database has no log of this prefix; nothing is appended
 * @throws {WriteContendedError} another connection wrote since this transaction began reading
 */
export function appendToLog(
  db: DatabaseSync,
  tablePrefix: string,
  origin: Origin,
  invalidations: readonly Invalidation[],
): Appended {
  if (invalidations.length > LIMITS.batchEventsMax)
    throw new BatchTooLargeError(
      `${invalidations.length} invalidations in one append; the limit is ${LIMITS.batchEventsMax}: name a prefix, tag or scope`,
    );
  if (!inTransaction(db))
    throw new TransactionMissingError(
      'appendToLog needs an open transaction: begin one, and append last in it',
    );
  const byScope = distinctByScope(invalidations);
  if (byScope.size === 0) return { announcements: [], positions: [] };
  if (byScope.size > LIMITS.scopesPerWriteMax)
    throw new BatchTooLargeError(
      `${byScope.size} scopes in one append; the limit is ${LIMITS.scopesPerWriteMax}: split the write`,
    );
  const { statements, logId } = statementsOf(db, tablePrefix);
  const announcements: Announcement[] = [];
  const positions: AppliedPosition[] = [];
  try {
    // In sorted order, as rule L6 asks of every log; SQLite itself has one lock.
    for (const scope of [...byScope.keys()].sort()) {
      const appended = appendScope(statements, logId, origin, scope, byScope.get(scope) ?? []);
      for (const announcement of appended) announcements.push(announcement);
      const place = appended.at(-1)?.place;
      if (place) positions.push({ scope, logId, version: place.version, appendId: place.appendId });
    }
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new WriteContendedError(
      'another connection wrote since this transaction began: roll back and retry it, with BEGIN IMMEDIATE',
      { cause: error },
    );
  }
  return { announcements, positions };
}

type PlacedAnnouncement = Announcement & Required<Pick<Announcement, 'place'>>;

function appendScope(
  statements: Statements,
  logId: LogId,
  origin: Origin,
  scope: Scope,
  invalidations: readonly Invalidation[],
): PlacedAnnouncement[] {
  // Creating a missing counter here is safe on SQLite alone: no other writer can be in the file.
  const head = statements.head.get(scope) ?? createScope(statements, scope);
  const first = Number(head['version']) + 1;
  const ids = randomAppendIds(invalidations.length);
  const last = ids.at(-1) ?? GENESIS;
  // The counter goes first: a torn append would leave a hole, which readers notice.
  statements.advance.run(first + invalidations.length - 1, last, scope);
  const appendedAt = Date.now();
  const by = originId(origin);
  let prevId = head['append_id'] as AppendId;
  return invalidations.map(({ target }, index) => {
    const version = (first + index) as Version;
    const appendId = ids[index] as AppendId;
    const place = { logId, version, appendId, prevId };
    const { kind, key } = target;
    statements.insert.run(scope, version, appendId, prevId, kind, key, by, appendedAt);
    prevId = appendId;
    return { scope, target, place };
  });
}

function createScope(statements: Statements, scope: Scope) {
  statements.create.run(scope);
  return { version: 0, append_id: GENESIS };
}

function distinctByScope(invalidations: readonly Invalidation[]): Map<Scope, Invalidation[]> {
  const seen = new Set<string>();
  const byScope = new Map<Scope, Invalidation[]>();
  for (const invalidation of invalidations) {
    const id = invalidationId(invalidation);
    if (seen.has(id)) continue;
    seen.add(id);
    const list = byScope.get(invalidation.scope);
    if (list) list.push(invalidation);
    else byScope.set(invalidation.scope, [invalidation]);
  }
  return byScope;
}

/** A map key that equal invalidations share; scopes and kinds hold no blank. */
export function invalidationId({ scope, target }: Invalidation): string {
  return `${scope} ${target.kind} ${target.key}`;
}

function randomAppendIds(count: number): AppendId[] {
  const hex = randomBytes(8 * count).toString('hex');
  return Array.from({ length: count }, (_, i) => hex.slice(16 * i, 16 * i + 16) as AppendId);
}

/** The log id is read in the transaction: the file behind a connection may have been restored. */
function statementsOf(
  db: DatabaseSync,
  tablePrefix: string,
): { statements: Statements; logId: LogId } {
  const byPrefix = prepared.get(db) ?? new Map<string, Statements>();
  prepared.set(db, byPrefix);
  const cached = byPrefix.get(tablePrefix);
  try {
    if (cached) return { statements: cached, logId: readLogId(cached) };
  } catch (error) {
    // A connection that was closed and opened again has lost its statements, which is no SQLite error.
    if (sqliteCode(error) !== undefined) throw error;
  }
  const statements = prepareAll(db, tablePrefixOf(tablePrefix));
  byPrefix.set(tablePrefix, statements);
  return { statements, logId: readLogId(statements) };
}

function readLogId(statements: Statements): LogId {
  return statements.logId.get()?.['log_id'] as LogId;
}

function prepareAll(db: DatabaseSync, p: string): Statements {
  try {
    return {
      logId: prepare(db, `SELECT log_id FROM ${p}meta`),
      head: prepare(db, `SELECT version, append_id FROM ${p}scope WHERE scope = ?`),
      create: prepare(db, `INSERT INTO ${p}scope VALUES (?, 0, '${GENESIS}', 0)`),
      advance: prepare(db, `UPDATE ${p}scope SET version = ?, append_id = ? WHERE scope = ?`),
      insert: prepare(db, `INSERT INTO ${p}log VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    };
  } catch (error) {
    if (sqliteCode(error) !== SQLITE.ERROR) throw error;
    throw new LogTablesMissingError(
      `this database has no tables ${p}…: open the log on the same file first, or run its schema`,
      { cause: error },
    );
  }
}
