import {
  ConfigInvalidError,
  checkFields,
  type Invalidation,
  LogUnavailableError,
  type Origin,
} from '@hearsay/spi';
import { type DatabaseAdapter, isDatabaseAdapter } from '../adapters/database-adapter.js';
import type { Connect, ServerConnection } from '../server/connection.js';
import { exclusively } from '../server/exclusive.js';
import { SERVER_FIELDS, type ServerLogOptions, validServerOptions } from '../server/options.js';
import { OPEN_TIMEOUT_MS, prepareTables } from '../server/prepare.js';
import { LEASES_IDLE_MS, ServerLog } from '../server/server-log.js';
import { Session } from '../server/session.js';
import { writeIn } from '../server/write.js';
import { logTables } from '../tables.js';
import { appendInTransaction } from '../write/append-in-transaction.js';
import type { Appended } from '../write/batch.js';
import type { WriteTransaction } from '../write/collected.js';
import { requireConnection } from '../write/require-connection.js';
import type { Written } from '../write/write.js';
import { type TransactionSteps, writeThrough } from '../write/write-through.js';
import { BegunOnMysql } from './begun.js';
import {
  isMysqlPool,
  loadMysql,
  type MysqlConnection,
  type MysqlConnectionOf,
  type MysqlPool,
} from './client.js';
import { MysqlServerConnection } from './connection.js';
import { MysqlMigration } from './migration.js';
import { mysqlStatements } from './statements.js';

/** How long a connection for the log's own writes is kept when there is nothing to write. */
const WRITES_IDLE_MS = 10_000;

export interface MysqlLogOptions extends ServerLogOptions {
  /** A URL of the primary. Give this or `pool`. */
  readonly connectionString?: string;
  /**
   * The service's own pool of `mysql2/promise`: the log keeps one connection out of it, another
   * one while it writes, and on nodes with strict scopes one for leases. Closing the log closes them.
   */
  readonly pool?: MysqlPool;
}

const FIELDS: Record<keyof MysqlLogOptions, true> = {
  ...SERVER_FIELDS,
  connectionString: true,
  pool: true,
};

/**
 * Opens the log in a MariaDB (10.6 or newer) or MySQL (8.0 or newer) database and makes its tables
 * where they are missing; that needs the right to create tables, all else the right to read and
 * write them. Needs the package `mysql2`.
 *
 * @throws {ConfigInvalidError} before anything is opened
 * @throws {LogDriverMissingError} `mysql2` is not installed
 * @throws {LogUnavailableError} the server is out of reach, or refuses the login
 * @throws {LogReadOnlyError} it is a replica @throws {LogServerUnfitError} it is too old, or one of several primaries
 * @throws {LogTablesRefusedError} no tables, and no right to create them; or no right to use them
 * @throws {LogTablesForeignError} tables of that name are not Hearsay's
 * @throws {LogSchemaNewerError} a newer release made the tables
 */
export async function openMysqlLog(options: MysqlLogOptions): Promise<MysqlVersionLog> {
  checkFields(options, 'mysql.', FIELDS);
  const valid = validServerOptions(options);
  const open = await openerOf(options);
  const connect =
    (timeoutMs: number): Connect =>
    () =>
      MysqlServerConnection.open(() => open(timeoutMs), timeoutMs);
  const opening = new Session(connect(OPEN_TIMEOUT_MS), { name: 'the opening' });
  try {
    const { schema, isMariadb, logId } = await opening.run(OPEN_TIMEOUT_MS, async (connection) => {
      const schema = valid.schema ?? (await currentDatabase(connection));
      const tables = logTables('mysql', { schema, tablePrefix: valid.tablePrefix });
      const migration = new MysqlMigration(connection, tables, schema, valid.tablePrefix);
      const { isMariadb } = connection as MysqlServerConnection;
      return { schema, isMariadb, logId: await prepareTables(migration) };
    });
    const place = { schema, tablePrefix: valid.tablePrefix, onMariadb: isMariadb };
    const tables = logTables('mysql', place);
    return new MysqlVersionLog({
      logId,
      place,
      tables,
      options: valid,
      statements: mysqlStatements(tables),
      polls: new Session(connect(valid.pollTimeoutMs), { name: 'a poll' }),
      leases: new Session(connect(valid.writeTimeoutMs), {
        name: 'a lease',
        idleMs: LEASES_IDLE_MS,
      }),
      writes: new Session(connect(valid.writeTimeoutMs), {
        name: 'a write',
        idleMs: WRITES_IDLE_MS,
      }),
    });
  } finally {
    opening.close();
  }
}

async function openerOf({
  connectionString,
  pool,
}: MysqlLogOptions): Promise<(timeoutMs: number) => Promise<MysqlConnection>> {
  if ((connectionString === undefined) === (pool === undefined))
    throw new ConfigInvalidError('give either connectionString or pool');
  if (pool) return () => pool.getConnection();
  if (typeof connectionString !== 'string' || !/^(mysql|mariadb):/.test(connectionString))
    throw new ConfigInvalidError('connectionString is not valid: begin with mysql://');
  const uri = connectionString.replace(/^mariadb:/, 'mysql:');
  const { createConnection } = await loadMysql();
  return (connectTimeout) => createConnection({ uri, connectTimeout });
}

async function currentDatabase(connection: ServerConnection): Promise<string> {
  const { rows } = await connection.run({ sql: 'SELECT DATABASE() AS name', params: [] });
  const name = rows[0]?.['name'];
  if (typeof name === 'string') return name;
  throw new ConfigInvalidError('the connection has chosen no database: give one as schema');
}

type Callback<T> = (tx: WriteTransaction, connection: MysqlConnection) => Promise<T> | T;

/** The version log in a MariaDB or MySQL database. Made by {@link openMysqlLog}. */
export class MysqlVersionLog extends ServerLog {
  #closed = false;

  /**
   * Runs the callback once in a transaction on the caller's connection and appends what it
   * invalidates, last. Everything in the callback goes through the connection that it is given.
   *
   * @param db a pool of `mysql2/promise`, one connection without an open transaction, or a library such as
   * `kyselyDatabase` shows it
   * @returns after COMMIT was answered; announce only then
   * @throws {TransactionOpenError} nothing is done
   * @throws {WriteContendedError} retry the transaction
   * @throws {LogTablesMissingError} {@link LogReadOnlyError} {@link DatabaseFullError} {@link LogUnavailableError}
   * all is rolled back
   * @throws {TransactionEndedError} {@link CommitUncertainError} the outcome is unknown: announce
   * their hints (rule L2)
   * @throws what the callback or its invalidations throw; all is rolled back
   */
  async write<Db extends MysqlPool | MysqlConnection | DatabaseAdapter<unknown>, T>(
    db: Db,
    origin: Origin,
    callback: (tx: WriteTransaction, connection: MysqlConnectionOf<Db>) => Promise<T> | T,
  ): Promise<Written<T>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    if (isDatabaseAdapter(db)) return writeThrough(db, this.#steps(origin), callback as never);
    requireConnection(db, ['query', 'execute'], 'a pool or a connection of mysql2/promise');
    const run = callback as Callback<T>;
    if (!isMysqlPool(db)) return this.#writeOn(db, false, origin, run, () => undefined);
    const connection = await db.getConnection();
    let broken = false;
    try {
      return await this.#writeOn(connection, true, origin, run, () => {
        broken = true;
      });
    } finally {
      if (broken) connection.destroy();
      else connection.release();
    }
  }

  /**
   * {@link write} without changes of the caller's, on a connection of the log's own: for what is
   * committed already.
   * @throws {LogUnavailableError} the outcome may be unknown
   */
  async append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended> {
    const { writes, options, place } = this.parts;
    return this.appending(invalidations, () =>
      // On an error the session gives the connection up, which rolls back.
      writes.run(options.writeTimeoutMs, async (connection) => {
        const query = async (sql: string, params: readonly (string | number | null)[]) =>
          (await connection.run({ sql, params })).rows;
        await query('START TRANSACTION', []);
        const tx = { dialect: 'mysql', runsBlocks: true, query } as const;
        const appended = await appendInTransaction(tx, origin, invalidations, place);
        await query('COMMIT', []);
        return appended;
      }),
    );
  }

  override async close(): Promise<void> {
    this.#closed = true;
    await super.close();
  }

  #steps(origin: Origin): TransactionSteps {
    return {
      dialect: 'mysql',
      enter: async () => {},
      append: (tx, invalidations) =>
        this.appending(invalidations, () =>
          appendInTransaction(tx, origin, invalidations, this.parts.place),
        ),
    };
  }

  #writeOn<T>(
    connection: MysqlConnection,
    isPooled: boolean,
    origin: Origin,
    callback: Callback<T>,
    giveUp: () => void,
  ): Promise<Written<T>> {
    return exclusively(connection, giveUp, async (abandon) => {
      const begun = new BegunOnMysql(connection, this.parts.place, origin, abandon);
      await begun.begin(isPooled);
      const append = (invalidations: readonly Invalidation[]) =>
        this.appending(invalidations, () => begun.append(invalidations));
      return writeIn(begun, append, (tx) => callback(tx, connection));
    });
  }
}
