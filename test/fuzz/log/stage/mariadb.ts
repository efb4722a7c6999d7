import type { Announcement, Origin } from '@hearsay/spi';
import { type MysqlVersionLog, openMysqlLog, type SqlTransaction } from '@hearsay/version-log';
import mysql from 'mysql2/promise';
import type { Beginning, Connection, Log, Place, Row, Stage, Step } from './stage.ts';
import { takeSteps } from './steps.ts';

/** Processes that share two processors wait for each other. */
const WAIT_MS = 60_000;

export class MariadbStage implements Stage {
  readonly place: Place;
  #reads: mysql.Connection | undefined;
  #kills: mysql.Connection | undefined;

  constructor(place: Place) {
    this.place = place;
  }

  async openLog(): Promise<Log> {
    const times = { pollTimeoutMs: WAIT_MS, writeTimeoutMs: WAIT_MS };
    return openMysqlLog({ connectionString: this.place.at, ...times });
  }

  async connect(): Promise<Connection> {
    const connection = await this.#open();
    this.#kills ??= await this.#open();
    const kills = this.#kills;
    const kill = () => {
      kills.query(`KILL ${connection.threadId}`).catch(() => undefined);
    };
    return new MariadbConnection(connection, kill);
  }

  async select(sql: string): Promise<readonly Row[]> {
    this.#reads ??= await this.#open();
    const [rows] = await this.#reads.query(sql);
    return rows as Row[];
  }

  async close(): Promise<void> {
    for (const connection of [this.#reads, this.#kills]) connection?.destroy();
    this.#reads = undefined;
    this.#kills = undefined;
  }

  async #open(): Promise<mysql.Connection> {
    const connection = await mysql.createConnection({ uri: this.place.at });
    // A connection that is broken on purpose says so to whoever uses it.
    connection.on('error', () => undefined);
    return connection;
  }
}

class MariadbConnection implements Connection {
  readonly tx: SqlTransaction;
  onCommitSent: (() => void) | undefined;
  readonly kill: () => void;
  readonly #connection: mysql.Connection;

  constructor(connection: mysql.Connection, kill: () => void) {
    this.#connection = connection;
    this.kill = kill;
    const query = connection.query.bind(connection) as (...args: unknown[]) => Promise<unknown>;
    connection.query = ((...args: unknown[]) => {
      const answer = query(...args);
      const [first] = args as [string | { readonly sql?: string }];
      if ((typeof first === 'string' ? first : first.sql) === 'COMMIT') this.onCommitSent?.();
      return answer;
    }) as never;
    this.tx = {
      dialect: 'mysql',
      query: async (sql, values) => {
        const [rows] = values.length
          ? await connection.execute(sql, [...values])
          : await connection.query(sql);
        return Array.isArray(rows) ? (rows as Row[]) : [];
      },
    };
  }

  async begin(beginning: Beginning): Promise<void> {
    if (beginning === 'read-committed')
      await this.run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await this.run('START TRANSACTION');
  }

  async run(sql: string): Promise<void> {
    await this.#connection.query(sql);
  }

  async commit(): Promise<boolean> {
    await this.run('COMMIT');
    return true;
  }

  async rollback(): Promise<void> {
    await this.run('ROLLBACK');
  }

  async write(log: Log, origin: Origin, steps: readonly Step[]): Promise<readonly Announcement[]> {
    const { announcements } = await (log as unknown as MysqlVersionLog).write(
      this.#connection,
      origin,
      (tx) => takeSteps(steps, tx, (sql) => this.run(sql)),
    );
    return announcements;
  }

  /** Below the driver, which would wait for the answer. */
  drop(): void {
    const { connection } = this.#connection as unknown as {
      connection: { stream: { destroy(): void } };
    };
    connection.stream.destroy();
  }

  async close(): Promise<void> {
    this.#connection.destroy();
  }
}
