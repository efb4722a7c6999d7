import { GENESIS } from '@hearsay/spi';
import { SCHEMA_VERSION } from '../schema.js';
import { type LogMode, type LogTables, logTables, quoted, type TablePlace } from '../tables.js';

/** Where the tables stand, and what they are made for. */
export interface PostgresTablePlace extends TablePlace {
  /** `counter` by default; a log keeps its mode for ever. */
  readonly mode?: LogMode;
}

/**
 * The schema for PostgreSQL as SQL, for those who run it with their own migrations: one text of
 * several statements. Running it again changes nothing.
 *
 * @throws {ConfigInvalidError} the prefix or the schema is not valid
 */
export function postgresSchemaSql(place: PostgresTablePlace = {}): string {
  const { schema } = place;
  const create =
    schema === undefined ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quoted('postgres', schema)}`];
  return [...create, ...postgresTables(place)].map((sql) => `${sql};\n`).join('');
}

/** One statement a table, and the meta row last. */
export function postgresTables(place: PostgresTablePlace): readonly string[] {
  const t = logTables('postgres', place);
  const mode = place.mode ?? 'counter';
  return [
    `-- One row: which log this is. log_id tells two logs apart whose numbers are alike; lease_ms_max is
-- the longest lease ever taken.
CREATE TABLE IF NOT EXISTS ${t.meta} (
  id smallint NOT NULL PRIMARY KEY CHECK (id = 1),
  schema_version integer NOT NULL,
  log_id text NOT NULL,
  mode text NOT NULL,
  lease_ms_max bigint NOT NULL DEFAULT 0
)`,
    ...(mode === 'counter' ? counterTables(t) : xidTables(t)),
    `-- Where nodes can be reached. Discovery only.
CREATE TABLE IF NOT EXISTS ${t.node} (
  node text COLLATE "C" NOT NULL,
  epoch text COLLATE "C" NOT NULL,
  addresses text NOT NULL,
  renewed_at bigint NOT NULL,
  PRIMARY KEY (node, epoch)
)`,
    `-- Who may hold the right to serve strict scopes. Never touched by the clean-up of nodes.
CREATE TABLE IF NOT EXISTS ${t.lease} (
  node text COLLATE "C" NOT NULL,
  epoch text COLLATE "C" NOT NULL,
  lease_seq bigint NOT NULL,
  lease_ms bigint NOT NULL,
  PRIMARY KEY (node, epoch)
)`,
    `INSERT INTO ${t.meta} (id, schema_version, log_id, mode)
VALUES (1, ${SCHEMA_VERSION}, replace(gen_random_uuid()::text, '-', ''), '${mode}')
ON CONFLICT DO NOTHING`,
  ];
}

function counterTables(t: LogTables): readonly string[] {
  return [
    `-- The head of each scope's chain. Rows of the log at or below floor may be gone. Few rows that change
-- with every write: the room in each page lets a change stay in it, and vacuum comes often.
CREATE TABLE IF NOT EXISTS ${t.scope} (
  scope text COLLATE "C" NOT NULL PRIMARY KEY,
  version bigint NOT NULL,
  append_id text NOT NULL,
  floor bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
    `-- The chain: each row names the append_id before it ('${GENESIS}' before the first).
CREATE TABLE IF NOT EXISTS ${t.log} (
  scope text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  append_id text NOT NULL,
  prev_id text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  origin text NOT NULL,
  appended_at bigint NOT NULL,
  PRIMARY KEY (scope, version)
)`,
  ];
}

/** Rows are found by the transactions that wrote them. Nothing is updated, so that nobody waits. */
function xidTables(t: LogTables): readonly string[] {
  return [
    `-- Rows of a scope that were written by transactions below floor may be gone.
CREATE TABLE IF NOT EXISTS ${t.scope} (
  scope text COLLATE "C" NOT NULL PRIMARY KEY,
  floor xid8 NOT NULL
)`,
    `-- Invalidations, with the transaction that wrote each.
CREATE TABLE IF NOT EXISTS ${t.log} (
  scope text COLLATE "C" NOT NULL,
  xid xid8 NOT NULL,
  append_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  origin text NOT NULL,
  appended_at bigint NOT NULL,
  PRIMARY KEY (scope, xid, append_id)
)`,
  ];
}
