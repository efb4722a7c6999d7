import { ConfigInvalidError, checkFields } from '@hearsay/spi';
import type { Connect, ServerConnection } from '../server/connection.js';
import { SERVER_FIELDS, type ServerLogOptions, validServerOptions } from '../server/options.js';
import { OPEN_TIMEOUT_MS, prepareTables } from '../server/prepare.js';
import { LEASES_IDLE_MS, type ServerLogParts } from '../server/server-log.js';
import { Session } from '../server/session.js';
import { type LogMode, logTables } from '../tables.js';
import { loadPostgres, type PostgresPool } from './client.js';
import { PostgresConnection } from './connection.js';
import { PostgresMigration } from './migration.js';
import { PostgresVersionLog } from './postgres-log.js';
import { postgresStatements } from './statements.js';
import { PostgresXidLog } from './xid/xid-log.js';

/** How long a connection for the log's own writes is kept when there is nothing to write. */
const WRITES_IDLE_MS = 10_000;

export interface PostgresLogOptions extends ServerLogOptions {
  /** A URL of the primary. Give this or `pool`. */
  readonly connectionString?: string;
  /** The service's own pool, for its settings alone: the log opens connections of its own with them. */
  readonly pool?: PostgresPool;
  /**
   * `counter` by default. In mode `xid8` writers of one scope do not wait for each other (rule L7), at a
   * price: docs/DATABASES.md. A log keeps the mode that it was made in.
   */
  readonly mode?: LogMode;
  /** `false` behind a pooler that does not know named statements; `true` by default. */
  readonly preparedStatements?: boolean;
}

const FIELDS: Record<keyof PostgresLogOptions, true> = {
  ...SERVER_FIELDS,
  connectionString: true,
  pool: true,
  mode: true,
  preparedStatements: true,
};

/**
 * Opens the log in a PostgreSQL database, 13 or newer, and makes its tables where they are missing;
 * that needs the right to create tables, all else the right to read and write them. Needs the
 * package `pg`. Keeps one connection for polls, and a second one while it writes.
 *
 * @throws {ConfigInvalidError} before anything is opened
 * @throws {LogDriverMissingError} `pg` is not installed
 * @throws {LogUnavailableError} the server is out of reach, or refuses the login
 * @throws {LogReadOnlyError} it is a standby @throws {LogServerUnfitError} it is too old
 * @throws {LogTablesRefusedError} no tables, and no right to create them; or no right to use them
 * @throws {LogTablesForeignError} tables of that name are not Hearsay's
 * @throws {LogModeDifferentError} the log was made in the other mode
 * @throws {LogSchemaNewerError} a newer release made the tables
 */
export async function openPostgresLog(
  options: PostgresLogOptions & { readonly mode: 'xid8' },
): Promise<PostgresXidLog>;
export async function openPostgresLog(
  options: PostgresLogOptions & { readonly mode?: 'counter' },
): Promise<PostgresVersionLog>;
export async function openPostgresLog(
  options: PostgresLogOptions,
): Promise<PostgresVersionLog | PostgresXidLog>;
export async function openPostgresLog(
  options: PostgresLogOptions,
): Promise<PostgresVersionLog | PostgresXidLog> {
  checkFields(options, 'postgres.', FIELDS);
  const valid = validServerOptions(options);
  const config = configOf(options);
  const mode = modeOf(options.mode ?? 'counter');
  const { Client } = await loadPostgres();
  const preparedStatements = options.preparedStatements ?? true;
  const connect = (timeoutMs: number, prepared: boolean): Connect => {
    const own = { ...config, connectionTimeoutMillis: timeoutMs, application_name: 'hearsay' };
    const settings = { statementTimeoutMs: timeoutMs, preparedStatements: prepared };
    return () => PostgresConnection.open(new Client(own), settings);
  };
  const opening = new Session(connect(OPEN_TIMEOUT_MS, false), { name: 'the opening' });
  try {
    const { schema, logId } = await opening.run(OPEN_TIMEOUT_MS, async (connection) => {
      const schema = valid.schema ?? (await currentSchema(connection));
      const migration = new PostgresMigration(connection, schema, valid.tablePrefix, mode);
      return { schema, logId: await prepareTables(migration) };
    });
    const place = { schema, tablePrefix: valid.tablePrefix };
    const tables = logTables('postgres', place);
    const parts: ServerLogParts = {
      logId,
      place,
      tables,
      options: valid,
      statements: postgresStatements(tables),
      polls: new Session(connect(valid.pollTimeoutMs, preparedStatements), { name: 'a poll' }),
      leases: new Session(connect(valid.writeTimeoutMs, preparedStatements), {
        name: 'a lease',
        idleMs: LEASES_IDLE_MS,
      }),
      writes: new Session(connect(valid.writeTimeoutMs, preparedStatements), {
        name: 'a write',
        idleMs: WRITES_IDLE_MS,
      }),
    };
    return mode === 'xid8'
      ? new PostgresXidLog(parts, preparedStatements)
      : new PostgresVersionLog(parts, preparedStatements);
  } finally {
    opening.close();
  }
}

function modeOf(mode: LogMode): LogMode {
  if (mode === 'counter' || mode === 'xid8') return mode;
  throw new ConfigInvalidError(`mode ${mode} is unknown: use counter or xid8`);
}

function configOf({ connectionString, pool }: PostgresLogOptions): object {
  if ((connectionString === undefined) === (pool === undefined))
    throw new ConfigInvalidError('give either connectionString or pool');
  if (pool) {
    // Not enumerable in a pool's options, so that it is not printed with them.
    const { password } = pool.options as { readonly password?: unknown };
    return { ...pool.options, ...(password === undefined ? {} : { password }) };
  }
  if (typeof connectionString !== 'string' || !/^postgres(ql)?:/.test(connectionString))
    throw new ConfigInvalidError('connectionString is not valid: begin with postgres://');
  return { connectionString };
}

async function currentSchema(connection: ServerConnection): Promise<string> {
  const { rows } = await connection.run({ sql: 'SELECT current_schema() AS schema', params: [] });
  const schema = rows[0]?.['schema'];
  if (typeof schema === 'string') return schema;
  throw new ConfigInvalidError(
    'the search path of the role leads to no schema: give one as schema',
  );
}
