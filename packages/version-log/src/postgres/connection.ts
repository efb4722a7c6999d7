import { type DatabaseIncarnation, databaseIncarnationOf } from '@hearsay/spi';
import { LogReadOnlyError, LogServerUnfitError } from '../errors.js';
import type { ServerConnection, Statement, StatementResult } from '../server/connection.js';
import type { OwnPostgresClient } from './client.js';
import { queryOf } from './prepared.js';

/** `gen_random_uuid()`; older releases are past their end. */
const SERVER_VERSION_MIN = 130_000;

/** How long a server that does not answer keeps the socket of a connection that was given up. */
const GOODBYE_MS = 1000;

export interface PostgresConnectionOptions {
  /** What the server itself may take for a statement. */
  readonly statementTimeoutMs: number;
  /** Named statements are planned once; poolers between here and the server may not know them. */
  readonly preparedStatements: boolean;
}

/** A connection of the log's own to PostgreSQL. */
export class PostgresConnection implements ServerConnection {
  readonly #client: OwnPostgresClient;
  readonly #preparedStatements: boolean;
  #broken = false;

  private constructor(client: OwnPostgresClient, preparedStatements: boolean) {
    this.#client = client;
    this.#preparedStatements = preparedStatements;
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
    client: OwnPostgresClient,
    options: PostgresConnectionOptions,
  ): Promise<PostgresConnection> {
    const connection = new PostgresConnection(client, options.preparedStatements);
    try {
      await client.connect();
      await connection.#settle(options.statementTimeoutMs);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async run(statement: Statement): Promise<StatementResult> {
    const result = await this.#client.query(queryOf(statement, this.#preparedStatements));
    return { rows: result.rows, changes: result.rowCount ?? 0 };
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  incarnationOf(life: unknown): DatabaseIncarnation {
    return databaseIncarnationOf(String(life));
  }

  destroy(): void {
    this.#broken = true;
    // Says goodbye if the server still listens; a query under way is not waited for.
    this.#client.end().catch(() => undefined);
    setTimeout(() => this.#client.connection?.stream?.destroy(), GOODBYE_MS).unref();
  }

  /** Rule L3: READ COMMITTED on a primary, whatever the role or the database prescribes. */
  async #settle(statementTimeoutMs: number): Promise<void> {
    const { rows } = await this.#client.query({
      text: `SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
        set_config('default_transaction_isolation', 'read committed', false) AS isolation,
        set_config('statement_timeout', $1::text, false) AS timeout`,
      values: [String(statementTimeoutMs)],
    });
    const { version, standby } = rows[0] ?? {};
    if (Number(version) < SERVER_VERSION_MIN)
      throw new LogServerUnfitError(
        `the server is PostgreSQL ${Math.floor(Number(version) / 10_000)}: use 13 or newer`,
      );
    if (standby !== false)
      throw new LogReadOnlyError('the server is a standby: connect to the primary');
  }
}
