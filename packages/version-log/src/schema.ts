import { GENESIS } from '@hearsay/spi';
import { columnsOf, type LogMode, TABLE_PREFIX_DEFAULT, tablePrefixOf } from './tables.js';

export const SCHEMA_VERSION = 1;
export const LOG_MODE: LogMode = 'counter';

/** The log's tables by full name, each with its columns in order. */
export function tablesOf(tablePrefix: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(columnsOf(LOG_MODE)).map(([name, columns]) => [tablePrefix + name, columns]),
  );
}

/**
 * The schema as SQL, for those who run it with their own migrations. Running it again changes nothing.
 *
 * @param tablePrefix as in `openSqliteLog`; `hearsay_` by default
 * @throws {ConfigInvalidError} the prefix is not valid
 */
export function schemaSql(tablePrefix: string = TABLE_PREFIX_DEFAULT): string {
  const p = tablePrefixOf(tablePrefix);
  return `-- One row: which log this is. log_id tells two logs apart whose numbers are alike; lease_ms_max is
-- the longest lease ever taken.
CREATE TABLE IF NOT EXISTS ${p}meta (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  schema_version INTEGER NOT NULL,
  log_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  lease_ms_max INTEGER NOT NULL DEFAULT 0
) STRICT;
-- The head of each scope's chain. Rows of the log at or below floor may be gone.
CREATE TABLE IF NOT EXISTS ${p}scope (
  scope TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  append_id TEXT NOT NULL,
  floor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The chain: each row names the append_id before it ('${GENESIS}' before the first).
CREATE TABLE IF NOT EXISTS ${p}log (
  scope TEXT NOT NULL,
  version INTEGER NOT NULL,
  append_id TEXT NOT NULL,
  prev_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  origin TEXT NOT NULL,
  appended_at INTEGER NOT NULL,
  PRIMARY KEY (scope, version)
) STRICT, WITHOUT ROWID;
-- Where nodes can be reached. Discovery only.
CREATE TABLE IF NOT EXISTS ${p}node (
  node TEXT NOT NULL,
  epoch TEXT NOT NULL,
  addresses TEXT NOT NULL,
  renewed_at INTEGER NOT NULL,
  PRIMARY KEY (node, epoch)
) STRICT, WITHOUT ROWID;
-- Who may hold the right to serve strict scopes. Never touched by the clean-up of nodes.
CREATE TABLE IF NOT EXISTS ${p}lease (
  node TEXT NOT NULL,
  epoch TEXT NOT NULL,
  lease_seq INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  PRIMARY KEY (node, epoch)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO ${p}meta (id, schema_version, log_id, mode)
VALUES (1, ${SCHEMA_VERSION}, lower(hex(randomblob(16))), '${LOG_MODE}');
`;
}
