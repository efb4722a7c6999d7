/** The PostgreSQL that tests use, and a schema of each test's own in it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PostgresCluster, postgresBinaries } from './postgres-cluster.ts';

const LOCAL = 'postgres://postgres@127.0.0.1:5432/test';

/** Either an address or the reason why there is none. */
export type Found = { readonly url: string } | { readonly missing: string };

/** `HEARSAY_TEST_POSTGRES_URL`, or the server at the standard port, or one that is started here. */
export const POSTGRES: Found = await find();

async function find(): Promise<Found> {
  const named = process.env['HEARSAY_TEST_POSTGRES_URL'];
  if (named) return { url: named };
  const refused = await refusal(LOCAL);
  if (refused === undefined) return { url: LOCAL };
  if (postgresBinaries() === undefined)
    return { missing: `no PostgreSQL at ${LOCAL} (${refused}), and no binaries of it` };
  const cluster = await PostgresCluster.create();
  await cluster.start(['-c', 'fsync=off']);
  return { url: cluster.url };
}

async function refusal(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await client.end();
  }
}

export interface PostgresSchema {
  readonly url: string;
  readonly schema: string;
  /** For the test's own statements; its search path is the schema. */
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

/** Makes a new schema. */
export async function postgresSchema(url: string): Promise<PostgresSchema> {
  const schema = `hearsay_test_${randomBytes(6).toString('hex')}`;
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` });
  await pool.query(`CREATE SCHEMA ${schema}`);
  // A server that is stopped on purpose breaks idle connections.
  pool.on('error', () => undefined);
  return {
    url,
    schema,
    pool,
    drop: async () => {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await pool.end();
    },
  };
}
