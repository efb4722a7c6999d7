import { type DatabaseIncarnation, LogUnavailableError } from '@hearsay/spi';
import { LogReadOnlyError } from '../errors.js';
import type { ServerConnection, Statement, StatementResult } from '../server/connection.js';
import { type MysqlConnection as Client, rowsOf } from './client.js';
import {
  FACTS,
  incarnationOf,
  isMariadb,
  isOff,
  refuseUnfit,
  type ServerFacts,
} from './server-facts.js';

/** Beside a reading: whom it came from, and whether that one takes writes. */
export const LIFE = `CONCAT(CONNECTION_ID(), ' ', @@global.read_only)`;

/** A connection of the log's own to MariaDB or MySQL. */
export class MysqlServerConnection implements ServerConnection {
  readonly isMariadb: boolean;
  readonly #client: Client;
  readonly #connectionId: string;
  readonly #incarnation: DatabaseIncarnation;
  #broken = false;

  private constructor(client: Client, facts: ServerFacts, connectionId: string, startedAt: string) {
    this.#client = client;
    this.isMariadb = isMariadb(facts);
    this.#connectionId = connectionId;
    this.#incarnation = incarnationOf(facts, startedAt);
    // Without a listener a connection that breaks while idle would end the process.
    client.on('error', () => {
      this.#broken = true;
    });
  }

  /**
   * @throws {LogReadOnlyError} {@link LogServerUnfitError}
   * @throws the driver's own error
   */
  static async open(
    connect: () => Promise<Client>,
    timeoutMs: number,
  ): Promise<MysqlServerConnection> {
    const client = await connect();
    try {
      const facts = await settle(client, timeoutMs);
      const { id, started } = await lifeOf(client, isMariadb(facts));
      return new MysqlServerConnection(client, facts, String(id), String(started));
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  async run({ sql, params, isVaried }: Statement): Promise<StatementResult> {
    // As a number it would travel as a floating-point one.
    const values = params.map((param) => (typeof param === 'number' ? String(param) : param));
    const query = { sql, values, rowsAsArray: false, nestTables: false };
    const [answer] =
      isVaried || params.length === 0
        ? await this.#client.query(query)
        : await this.#client.execute(query);
    const changes = (answer as { affectedRows?: number }).affectedRows ?? 0;
    return { rows: rowsOf(answer), changes };
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  /**
   * While it is the same connection it is the same life of the same server: neither can change
   * behind it. A proxy that changes it is found out.
   */
  incarnationOf(life: unknown): DatabaseIncarnation {
    const [id, readOnly] = String(life).split(' ');
    if (id !== this.#connectionId)
      throw new LogUnavailableError('a proxy changed the server of the connection: try again');
    if (!isOff(readOnly))
      throw new LogReadOnlyError('the server has read_only set: connect to the primary');
    return this.#incarnation;
  }

  destroy(): void {
    this.#broken = true;
    this.#client.destroy();
  }
}

/** Rule L3: each statement committed by itself, READ COMMITTED, whatever the server prescribes to new connections. */
async function settle(client: Client, timeoutMs: number): Promise<ServerFacts> {
  await client.query({ sql: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED' });
  await client.query({
    sql: `SET SESSION autocommit = 1, sql_mode = 'STRICT_ALL_TABLES', group_concat_max_len = 16777216,
      innodb_lock_wait_timeout = ${Math.max(1, Math.floor(timeoutMs / 1000))}`,
  });
  const names = FACTS.map((name) => `'${name}'`).join();
  const [answer] = await client.query({
    sql: `SHOW SESSION VARIABLES WHERE Variable_name IN (${names})`,
    rowsAsArray: false,
    nestTables: false,
  });
  const facts = new Map(
    rowsOf(answer).map(({ Variable_name: name, Value: value }) => [String(name), String(value)]),
  );
  refuseUnfit(facts);
  const isolation = facts.get('transaction_isolation') ?? facts.get('tx_isolation');
  if (facts.get('autocommit') !== 'ON' || isolation !== 'READ-COMMITTED')
    throw new LogUnavailableError(
      `the connection cannot be set to autocommit and READ COMMITTED (autocommit ${facts.get('autocommit')}, ${isolation}): look for what prevents it`,
    );
  return facts;
}

/**
 * Both times are of one clock and one moment, so their difference is always the same. They count in
 * seconds: a life that could still be followed by another of the same second is waited for (rule S4).
 */
async function lifeOf(
  client: Client,
  onMariadb: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const status = onMariadb
    ? 'information_schema.GLOBAL_STATUS'
    : 'performance_schema.global_status';
  const sql = `SELECT CONNECTION_ID() AS id, CAST(VARIABLE_VALUE AS SIGNED) AS uptime,
      CAST(UNIX_TIMESTAMP() - VARIABLE_VALUE AS SIGNED) AS started
      FROM ${status} WHERE VARIABLE_NAME = 'UPTIME'`;
  const life = async () => {
    const [answer] = await client.query({ sql, rowsAsArray: false, nestTables: false });
    return rowsOf(answer)[0] ?? {};
  };
  const { uptime, ...first } = await life();
  if (Number(uptime) > 0) return first;
  await client.query({ sql: 'SELECT SLEEP(1)' });
  return life();
}
