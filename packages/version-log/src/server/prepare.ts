import type { LogId } from '@hearsay/spi';
import {
  LogModeDifferentError,
  LogSchemaNewerError,
  LogTablesForeignError,
  LogTablesRefusedError,
} from '../errors.js';
import { reasonOf } from '../reason.js';
import { SCHEMA_VERSION } from '../schema.js';
import { columnsOf, type LogMode, type TableKind } from '../tables.js';
import { sqlFailure } from '../write/sql-error.js';
import type { SqlRow } from './connection.js';

/** How long processes that open one new log at once may take over it. */
export const OPEN_TIMEOUT_MS = 20_000;

/** What making the tables needs of a database server. */
export interface Migration {
  /** Where the tables stand, for messages. */
  readonly where: string;
  readonly mode: LogMode;
  /** The columns of those of the log's tables that exist, in order; `[]` for what is no table. */
  columns(): Promise<ReadonlyMap<TableKind, readonly string[]>>;
  /** `schema_version`, `log_id` and `mode`; `undefined` where there is no row. */
  meta(): Promise<SqlRow | undefined>;
  /** Makes what is missing. Any number of processes may do so at once. */
  create(): Promise<void>;
}

/**
 * Makes the log's tables where they are missing. Where they are there nothing is written, so that
 * no right to create tables is needed.
 *
 * @returns the log that they hold
 * @throws {LogTablesForeignError} {@link LogSchemaNewerError} {@link LogTablesRefusedError}
 */
export async function prepareTables(migration: Migration): Promise<LogId> {
  const { where } = migration;
  try {
    return (await inspect(migration)) ?? (await create(migration));
  } catch (error) {
    if (sqlFailure(error) !== 'refused') throw error;
    throw new LogTablesRefusedError(
      `the log's tables in ${where} may not be used (${reasonOf(error)}): grant SELECT, INSERT, UPDATE and DELETE on them`,
      { cause: error },
    );
  }
}

async function create(migration: Migration): Promise<LogId> {
  const { where } = migration;
  try {
    await migration.create();
  } catch (error) {
    if (sqlFailure(error) !== 'refused') throw error;
    throw new LogTablesRefusedError(
      `there are no tables of the log in ${where}, and no right to create them (${reasonOf(error)}): run the printed schema as an owner`,
      { cause: error },
    );
  }
  const logId = await inspect(migration);
  if (logId === undefined) throw foreign(where, 'meta');
  return logId;
}

/** @returns `undefined` where something is missing */
async function inspect(migration: Migration): Promise<LogId | undefined> {
  const { where } = migration;
  const found = await migration.columns();
  // The version comes before the shape: a newer schema may have other tables and columns.
  const meta = found.get('meta')?.includes('schema_version') ? await migration.meta() : undefined;
  if (Number(meta?.['schema_version']) > SCHEMA_VERSION)
    throw new LogSchemaNewerError(
      `the log in ${where} has schema version ${meta?.['schema_version']}, this release knows ${SCHEMA_VERSION}: upgrade Hearsay`,
    );
  refuseOtherMode(meta, migration);
  const expected = columnsOf(migration.mode);
  for (const [kind, columns] of found)
    if (columns.join() !== expected[kind].join()) throw foreign(where, kind);
  if (meta === undefined || found.size < Object.keys(expected).length) return undefined;
  const logId = String(meta['log_id']);
  const isOurs =
    Number(meta['schema_version']) === SCHEMA_VERSION && meta['mode'] === migration.mode;
  if (!isOurs || !/^[0-9a-f]{32}$/.test(logId)) throw foreign(where, 'meta');
  return logId as LogId;
}

/** Readers and writers of one log all go by the same mode (rule L7). */
function refuseOtherMode(meta: SqlRow | undefined, { where, mode }: Migration): void {
  const found = meta?.['mode'];
  if ((found === 'counter' || found === 'xid8') && found !== mode)
    throw new LogModeDifferentError(
      `the log in ${where} is of mode ${found}, not ${mode}: open it with mode: '${found}', or choose another tablePrefix`,
    );
}

function foreign(where: string, kind: TableKind): LogTablesForeignError {
  return new LogTablesForeignError(
    `the table ${kind} in ${where} is not Hearsay's: choose another tablePrefix`,
  );
}
