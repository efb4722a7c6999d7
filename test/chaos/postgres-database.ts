import { openPostgresLog, type PostgresVersionLog, postgresSchemaSql } from '@hearsay/version-log';
import { Client } from 'pg';
import { KEYS, tagsOf } from './keys.ts';
import { PostgresServer } from './postgres-server.ts';
import { SCOPE_NAMES } from './scopes.ts';
import type {
  Committed,
  CommittedRevision,
  LoggedInvalidation,
  ServiceDatabase,
  Trouble,
} from './service-database.ts';

const CONNECT_MS = 1_000;
const READ_MS = 2_000;

/**
 * Triggers keep the truth: every revision, and every row of the log, in the writer's own transaction.
 * Ids are given before the commit, so what is new is told by transactions and snapshots instead.
 */
const SCHEMA = `
  ${postgresSchemaSql()}
  CREATE TABLE chaos_row (
    scope text, key text, prefix text NOT NULL, tag text NOT NULL,
    revision bigint NOT NULL DEFAULT 1, write_id bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, key)
  ) WITH (fillfactor = 50);
  CREATE TABLE chaos_revision (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    scope text, key text, revision bigint, write_id bigint
  );
  CREATE INDEX ON chaos_revision (xid);
  CREATE FUNCTION chaos_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos_revision (scope, key, revision, write_id)
    VALUES (new.scope, new.key, new.revision, new.write_id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_changed AFTER UPDATE ON chaos_row
    FOR EACH ROW EXECUTE FUNCTION chaos_changed();
  CREATE TABLE chaos_logged (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(), scope text, version bigint, kind text, key text
  );
  CREATE INDEX ON chaos_logged (xid);
  CREATE FUNCTION chaos_logging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos_logged (scope, version, kind, key)
    VALUES (new.scope, new.version, new.kind, new.key);
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_logging AFTER INSERT ON hearsay_log
    FOR EACH ROW EXECUTE FUNCTION chaos_logging();
`;

/** Rows of transactions that the snapshot before did not see. */
const IS_NEW = 'xid >= pg_snapshot_xmin($1) AND NOT pg_visible_in_snapshot(xid, $1)';

/** A PostgreSQL server of our own. The nodes use it through PostgresStore. */
export class PostgresDatabase implements ServiceDatabase {
  readonly address: string;
  readonly #server: PostgresServer;
  readonly #log: PostgresVersionLog;
  #client: Client | undefined;
  #locker: Promise<Client> | undefined;
  #snapshot: string;

  /** @param directory an empty one, which others then may pass through */
  static async create(directory: string): Promise<PostgresDatabase> {
    const server = await PostgresServer.create(directory);
    const client = await connect(server);
    await client.query(SCHEMA);
    await client.query(
      `INSERT INTO chaos_row (scope, key, prefix, tag) SELECT scope, key, prefix, tag
       FROM unnest($1::text[]) AS scope, unnest($2::text[], $3::text[], $4::text[]) AS one (key, prefix, tag)`,
      [SCOPE_NAMES, KEYS, KEYS.map((key) => key.split('/')[0]), KEYS.map((key) => tagsOf(key)[0])],
    );
    const { rows } = await client.query('SELECT pg_current_snapshot()::text AS snapshot');
    await client.end();
    const log = await openPostgresLog({ connectionString: urlOf(server) });
    return new PostgresDatabase(server, log, String(rows[0]?.snapshot));
  }

  private constructor(server: PostgresServer, log: PostgresVersionLog, snapshot: string) {
    this.address = server.directory;
    this.#server = server;
    this.#log = log;
    this.#snapshot = snapshot;
  }

  async readCommitted(): Promise<Committed | undefined> {
    try {
      this.#client ??= await connect(this.#server);
      return await this.#read(this.#client);
    } catch {
      this.#client?.end().catch(() => {});
      this.#client = undefined;
      return undefined;
    }
  }

  async prune(scope: string, keepRows: number): Promise<void> {
    await this.#log.prune({ scope, keepRows });
  }

  async begin(trouble: Trouble): Promise<void> {
    switch (trouble) {
      case 'lockWriters':
        return this.#lock();
      case 'freezeDatabase':
        return this.#server.freeze();
      case 'killDatabase':
        return this.#server.kill();
      case 'stopDatabase':
        return this.#server.stop();
    }
  }

  async end(trouble: Trouble): Promise<void> {
    switch (trouble) {
      case 'lockWriters':
        await (await this.#locker)?.end();
        break;
      case 'freezeDatabase':
        this.#server.continue();
        break;
      case 'killDatabase':
      case 'stopDatabase':
        await this.#server.start();
    }
  }

  async close(): Promise<void> {
    this.#client?.end().catch(() => {});
    await this.#log.close();
    await this.#server.close();
  }

  /** Holds the counters, which every writer needs; a writer that stands still may have them for long. */
  async #lock(): Promise<void> {
    this.#locker = connect(this.#server, 0);
    const locker = await this.#locker;
    await locker.query('BEGIN; SELECT * FROM hearsay_scope FOR UPDATE').catch(() => {});
  }

  async #read(client: Client): Promise<Committed> {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query('SELECT pg_current_snapshot()::text AS snapshot');
    const revisions = await client.query(
      `SELECT scope, key, revision::int, write_id::float8 AS write FROM chaos_revision
       WHERE ${IS_NEW} ORDER BY scope, key, revision`,
      [this.#snapshot],
    );
    const invalidations = await client.query(
      `SELECT scope, version::int, kind, key FROM chaos_logged
       WHERE ${IS_NEW} ORDER BY scope, version`,
      [this.#snapshot],
    );
    await client.query('COMMIT');
    this.#snapshot = String(rows[0]?.snapshot);
    return {
      revisions: revisions.rows as CommittedRevision[],
      invalidations: invalidations.rows as LoggedInvalidation[],
    };
  }
}

function urlOf({ connection }: PostgresServer): string {
  const { user, host, database } = connection;
  return `postgres://${user}@${encodeURIComponent(host)}/${database}`;
}

async function connect({ connection }: PostgresServer, readMs = READ_MS): Promise<Client> {
  const times = { connectionTimeoutMillis: CONNECT_MS, query_timeout: readMs };
  const client = new Client({ ...connection, ...times });
  client.on('error', () => {});
  await client.connect();
  return client;
}
