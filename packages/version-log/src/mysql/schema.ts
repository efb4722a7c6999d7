import { GENESIS } from '@hearsay/spi';
import { LOG_MODE, SCHEMA_VERSION } from '../schema.js';
import { logTables, type TablePlace } from '../tables.js';

const NAME = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/**
 * The schema for MariaDB and MySQL as SQL, for those who run it with their own migrations: one text
 * of several statements. Running it again changes nothing.
 *
 * @throws {ConfigInvalidError} the prefix or the schema is not valid
 */
export function mysqlSchemaSql(place: TablePlace = {}): string {
  return mysqlTables(place)
    .map((sql) => `${sql};\n`)
    .join('');
}

/** One statement a table, and the meta row last. */
export function mysqlTables(place: TablePlace): readonly string[] {
  const t = logTables('mysql', place);
  return [
    `-- One row: which log this is. log_id tells two logs apart whose numbers are alike; lease_ms_max is
-- the longest lease ever taken.
CREATE TABLE IF NOT EXISTS ${t.meta} (
  id TINYINT NOT NULL PRIMARY KEY CHECK (id = 1),
  schema_version INT NOT NULL,
  log_id CHAR(32) ${NAME},
  mode VARCHAR(16) ${NAME},
  lease_ms_max BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB`,
    `-- The head of each scope's chain. Rows of the log at or below floor may be gone.
CREATE TABLE IF NOT EXISTS ${t.scope} (
  scope VARCHAR(64) ${NAME} PRIMARY KEY,
  version BIGINT NOT NULL,
  append_id CHAR(16) ${NAME},
  floor BIGINT NOT NULL
) ENGINE=InnoDB`,
    `-- The chain: each row names the append_id before it ('${GENESIS}' before the first).
CREATE TABLE IF NOT EXISTS ${t.log} (
  scope VARCHAR(64) ${NAME},
  version BIGINT NOT NULL,
  append_id CHAR(16) ${NAME},
  prev_id CHAR(16) ${NAME},
  kind VARCHAR(8) ${NAME},
  \`key\` VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  origin VARCHAR(128) ${NAME},
  appended_at BIGINT NOT NULL,
  PRIMARY KEY (scope, version)
) ENGINE=InnoDB`,
    `-- Where nodes can be reached. Discovery only.
CREATE TABLE IF NOT EXISTS ${t.node} (
  node VARCHAR(64) ${NAME},
  epoch CHAR(16) ${NAME},
  addresses TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  renewed_at BIGINT NOT NULL,
  PRIMARY KEY (node, epoch)
) ENGINE=InnoDB`,
    `-- Who may hold the right to serve strict scopes. Never touched by the clean-up of nodes.
CREATE TABLE IF NOT EXISTS ${t.lease} (
  node VARCHAR(64) ${NAME},
  epoch CHAR(16) ${NAME},
  lease_seq BIGINT NOT NULL,
  lease_ms BIGINT NOT NULL,
  PRIMARY KEY (node, epoch)
) ENGINE=InnoDB`,
    `INSERT IGNORE INTO ${t.meta} (id, schema_version, log_id, mode)
VALUES (1, ${SCHEMA_VERSION}, LOWER(HEX(RANDOM_BYTES(16))), '${LOG_MODE}')`,
  ];
}
