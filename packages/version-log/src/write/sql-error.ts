import {
  DatabaseFullError,
  LogReadOnlyError,
  LogTablesMissingError,
  TransactionRolledBackError,
  WriteContendedError,
} from '../errors.js';
import { reasonOf } from '../reason.js';
import { SQLITE, sqliteCode } from '../sqlite.js';

/** Causes within causes that are looked at; object mappers wrap their drivers' errors once or twice. */
const CAUSES_MAX = 5;

/**
 * What an error of a database means to a transaction:
 * - `retry`: it lost against another one and is to be run again from its beginning
 * - `tables-missing`, `read-only`, `full`, `refused`: it cannot succeed as things stand
 * - `aborted`: an earlier statement of it failed, and nothing but a rollback is left
 * - `undone`: COMMIT refused it for a reason of its own, such as a deferred constraint
 */
export type SqlFailure =
  | 'retry'
  | 'tables-missing'
  | 'read-only'
  | 'full'
  | 'refused'
  | 'aborted'
  | 'undone';

/** SQLSTATE (PostgreSQL), error number (MariaDB, MySQL) and result code's name (SQLite). */
const FAILURES: ReadonlyMap<string, SqlFailure> = new Map<string, SqlFailure>([
  ...(['40001', '40P01', '55P03'] as const).map((code) => [code, 'retry'] as const),
  ...(['1213', '1020', '1205', '3101'] as const).map((code) => [code, 'retry'] as const),
  ...(['42P01', '3F000', '1146', '1049'] as const).map((code) => [code, 'tables-missing'] as const),
  ...(['25006', '1290', '1792', '1836'] as const).map((code) => [code, 'read-only'] as const),
  ...(['53100', '1021', '1114'] as const).map((code) => [code, 'full'] as const),
  ...(['42501', '1142', '1044', '1370'] as const).map((code) => [code, 'refused'] as const),
  ['25P02', 'aborted'],
]);

const SQLITE_FAILURES: ReadonlyMap<number, SqlFailure> = new Map<number, SqlFailure>([
  [SQLITE.BUSY, 'retry'],
  [SQLITE.LOCKED, 'retry'],
  [SQLITE.READONLY, 'read-only'],
  [SQLITE.FULL, 'full'],
]);

/** Classes of SQLSTATE with which a server of PostgreSQL says that COMMIT became a rollback. */
const UNDONE_CLASSES: readonly string[] = ['21', '22', '23', '25', '40', '42', '55', 'P0'];

/** @returns `undefined` for an error that says none of these */
export function sqlFailure(error: unknown): SqlFailure | undefined {
  for (const code of sqlCodes(error)) {
    const failure = FAILURES.get(code);
    if (failure !== undefined) return failure;
  }
  const sqlite = sqliteCode(error);
  if (sqlite === SQLITE.ERROR && /no such table/.test(reasonOf(error))) return 'tables-missing';
  return sqlite === undefined ? undefined : SQLITE_FAILURES.get(sqlite);
}

/**
 * Whether COMMIT was refused for certain: the server answered, and answered that it rolled back.
 * A connection that broke, or a server that is going down, leaves the outcome unknown.
 */
export function isUndone(error: unknown): boolean {
  const failure = sqlFailure(error);
  if (failure === 'retry' || failure === 'aborted') return true;
  return causesOf(error).some(({ code, severity, originalCode }) => {
    // Prisma leaves the severity out of errors that it has a name for.
    const state = severity === undefined ? originalCode : severity === 'ERROR' && code;
    return typeof state === 'string' && UNDONE_CLASSES.includes(state.slice(0, 2));
  });
}

/** The error to throw for what a statement of the log threw: ours where we know what to do, else its own. */
export function appendError(error: unknown): unknown {
  const reason = reasonOf(error);
  const options = { cause: error };
  switch (sqlFailure(error)) {
    case 'retry':
      return new WriteContendedError(
        `the transaction lost against another one (${reason}): roll back and retry the transaction`,
        options,
      );
    case 'tables-missing':
      return new LogTablesMissingError(
        `this database has not the log's tables (${reason}): open the log on it first, or run its schema`,
        options,
      );
    case 'read-only':
      return new LogReadOnlyError(
        `the database takes no writes (${reason}): connect to the primary`,
        options,
      );
    case 'full':
      return new DatabaseFullError(
        `the database has no room left (${reason}): make room, then retry the transaction`,
        options,
      );
    case 'aborted':
      return new TransactionRolledBackError(
        'a statement of the transaction failed before: roll back and look for its error',
        options,
      );
    default:
      return error;
  }
}

/** The codes of an error and of those that it wraps, outermost first. */
export function sqlCodes(error: unknown): string[] {
  return causesOf(error)
    .flatMap(({ code, originalCode, errno }) => [code, originalCode, errno])
    .filter((code) => typeof code === 'string' || typeof code === 'number')
    .map(String);
}

/** An error and those that it wraps, outermost first. */
function causesOf(error: unknown): Readonly<Record<string, unknown>>[] {
  const causes: Record<string, unknown>[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof at === 'object' && at !== null; depth++) {
    const one = at as Record<string, unknown>;
    causes.push(one);
    // `driverError` of TypeORM; `meta` and `originalCode` of Prisma.
    const { driverAdapterError } = (one['meta'] ?? {}) as Record<string, unknown>;
    at = one['cause'] ?? one['driverError'] ?? driverAdapterError;
  }
  return causes;
}
