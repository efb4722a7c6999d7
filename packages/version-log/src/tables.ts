import { ConfigInvalidError } from '@hearsay/spi';
import type { SqlDialect } from './write/sql-transaction.js';

export const TABLE_PREFIX_DEFAULT = 'hearsay_';

const PREFIX = /^[a-z][a-z0-9_]{0,31}$/;
const SCHEMA = /^[A-Za-z0-9_$-]{1,63}$/;

/** The columns by which a table is known to be ours, the same in every database. */
const COLUMNS = {
  meta: ['id', 'schema_version', 'log_id', 'mode', 'lease_ms_max'],
  scope: ['scope', 'version', 'append_id', 'floor'],
  log: ['scope', 'version', 'append_id', 'prev_id', 'kind', 'key', 'origin', 'appended_at'],
  node: ['node', 'epoch', 'addresses', 'renewed_at'],
  lease: ['node', 'epoch', 'lease_seq', 'lease_ms'],
} as const;

/** The same of a log without counters: rows are told apart by the transactions that wrote them. */
const XID_COLUMNS = {
  ...COLUMNS,
  scope: ['scope', 'floor'],
  log: ['scope', 'xid', 'append_id', 'kind', 'key', 'origin', 'appended_at'],
} as const;

export type TableKind = keyof typeof COLUMNS;

/**
 * How rows get their order:
 * - `counter`: by a counter row per scope that its writer holds until commit
 * - `xid8`: by snapshots, on PostgreSQL alone (rule L7); writers wait for nobody
 */
export type LogMode = 'counter' | 'xid8';

export function columnsOf(mode: LogMode): Readonly<Record<TableKind, readonly string[]>> {
  return mode === 'counter' ? COLUMNS : XID_COLUMNS;
}

/** Where a log's tables stand. */
export interface TablePlace {
  /** The schema (PostgreSQL) or database (MySQL) that holds them; without it the connection's own. */
  readonly schema?: string | undefined;
  /** 1 … 32 of a-z, 0-9, `_`; `hearsay_` by default. */
  readonly tablePrefix?: string | undefined;
  /** Whether the server is a MariaDB, which runs several statements as one; default false. */
  readonly onMariadb?: boolean | undefined;
}

/** The log's tables as they are written in SQL: qualified and quoted. */
export type LogTables = Readonly<Record<TableKind, string>>;

/** @throws {ConfigInvalidError} the prefix or the schema is not valid */
export function logTables(dialect: SqlDialect, place: TablePlace = {}): LogTables {
  const prefix = tablePrefixOf(place.tablePrefix ?? TABLE_PREFIX_DEFAULT);
  const schema = place.schema === undefined ? '' : `${quoted(dialect, schemaOf(place.schema))}.`;
  const named = (kind: TableKind) => `${schema}${prefix}${kind}`;
  return {
    meta: named('meta'),
    scope: named('scope'),
    log: named('log'),
    node: named('node'),
    lease: named('lease'),
  };
}

/** @throws {ConfigInvalidError} unless 1 … 32 of a-z, 0-9, `_`, beginning with a letter, and not SQLite's own */
export function tablePrefixOf(text: string): string {
  if (typeof text !== 'string' || !PREFIX.test(text) || text.startsWith('sqlite_'))
    throw new ConfigInvalidError(
      'tablePrefix is not valid: use 1 to 32 of a-z 0-9 _, a letter first, and not sqlite_',
    );
  return text;
}

/** @throws {ConfigInvalidError} unless 1 … 63 of letters, digits, `_`, `$`, `-` */
export function schemaOf(text: string): string {
  if (typeof text !== 'string' || !SCHEMA.test(text))
    throw new ConfigInvalidError('schema is not valid: use 1 to 63 letters, digits, _ $ -');
  return text;
}

/** A name between the quotes of its database; it holds none itself. */
export function quoted(dialect: SqlDialect, name: string): string {
  return dialect === 'mysql' ? `\`${name}\`` : `"${name}"`;
}
