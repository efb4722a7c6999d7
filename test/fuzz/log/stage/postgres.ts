import type { Announcement, Origin } from '@hearsay/spi';
import {
  openPostgresLog,
  type PostgresVersionLog,
  type SqlTransaction,
} from '@hearsay/version-log';
import pg from 'pg';
import type { Beginning, Connection, Log, Place, Row, Stage, Step } from './stage.ts';
import { takeSteps } from './steps.ts';

/** Processes that share two processors wait for each other. */
const WAIT_MS = 60_000;

const BEGIN: Readonly<Record<Beginning, string>> = {
  plain: 'BEGIN',
  deferred: 'BEGIN',
  'read-committed': 'BEGIN ISOLATION LEVEL READ COMMITTED',
  'repeatable-read': 'BEGIN ISOLATION LEVEL REPEATABLE READ',
};

export class PostgresStage implements Stage {
  readonly place: Place;
  readonly #config: pg.ClientConfig;
  readonly #pool: pg.Pool;
  #reads: pg.Client | undefined;

  constructor(place: Place) {
    this.place = place;
    // Commits do not wait for the disk: no run takes the power away.
    const options = `-c search_path=${place.schema} -c synchronous_commit=off`;
    this.#config = { connectionString: place.at, options };
    this.#pool = new pg.Pool({ ...this.#config, max: 1 });
    this.#pool.on('error', () => undefined);
  }

  async openLog(): Promise<Log> {
    return openPostgresLog({
      pool: this.#pool,
      mode: this.place.database === 'postgres' ? 'counter' : 'xid8',
      pollTimeoutMs: WAIT_MS,
      writeTimeoutMs: WAIT_MS,
    });
  }

  async connect(): Promise<Connection> {
    const client = await this.#client();
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const kill = () => {
      this.#pool
        .query(`SELECT pg_terminate_backend(${Number(rows[0]?.pid)})`)
        .catch(() => undefined);
    };
    return new PostgresConnection(client, kill);
  }

  async select(sql: string): Promise<readonly Row[]> {
    this.#reads ??= await this.#client();
    return (await this.#reads.query(sql)).rows;
  }

  async close(): Promise<void> {
    await this.#reads?.end();
    this.#reads = undefined;
    await this.#pool.end();
  }

  async #client(): Promise<pg.Client> {
    const client = new pg.Client(this.#config);
    // A connection that is broken on purpose says so to whoever uses it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}

class PostgresConnection implements Connection {
  readonly tx: SqlTransaction;
  onCommitSent: (() => void) | undefined;
  readonly kill: () => void;
  readonly #client: pg.Client;

  constructor(client: pg.Client, kill: () => void) {
    this.#client = client;
    this.kill = kill;
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<pg.QueryResult>;
    client.query = ((...args: unknown[]) => {
      const answer = query(...args);
      const [first] = args as [string | { readonly text?: string }];
      if ((typeof first === 'string' ? first : first.text) === 'COMMIT') this.onCommitSent?.();
      return answer;
    }) as never;
    this.tx = {
      dialect: 'postgres',
      query: async (text, values) => (await client.query({ text, values: [...values] })).rows,
    };
  }

  async begin(beginning: Beginning): Promise<void> {
    await this.run(BEGIN[beginning]);
  }

  async run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  async commit(): Promise<boolean> {
    return (await this.#client.query('COMMIT')).command === 'COMMIT';
  }

  async rollback(): Promise<void> {
    await this.run('ROLLBACK');
  }

  async write(log: Log, origin: Origin, steps: readonly Step[]): Promise<readonly Announcement[]> {
    const { announcements } = await (log as unknown as PostgresVersionLog).write(
      this.#client,
      origin,
      (tx) => takeSteps(steps, tx, (sql) => this.run(sql)),
    );
    return announcements;
  }

  drop(): void {
    (
      this.#client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
