import type { SqlTransaction } from '@hearsay/version-log';
import { describe, test } from 'vitest';
import { MYSQL_MISSING, MYSQL_SERVERS, mysqlDatabase } from '../../../test/databases/mysql.ts';
import { POSTGRES, postgresSchema } from '../../../test/databases/postgres.ts';
import type { Hearsay, HearsayOptions, RevokeResult, WriteTransaction } from '../src/index.js';
import { cleanLater } from './service.js';

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** A database of a test's own on a server, with a table `item (name, value)`, and a service's ways to use it. */
export interface ServerDatabase {
  readonly log: NonNullable<HearsayOptions['log']>;
  readonly query: Query;
  /** By the node's own helper. */
  write(
    node: Hearsay,
    callback: (tx: WriteTransaction, query: Query) => Promise<void>,
  ): Promise<string>;
  /** The same, to be awaited until nobody serves what the callback invalidates. */
  writeAndRevoke(
    node: Hearsay,
    callback: (tx: WriteTransaction, query: Query) => Promise<void>,
  ): Promise<RevokeResult>;
  /** As an object mapper does: a transaction that the service itself ends. */
  transaction(): Promise<{ readonly tx: SqlTransaction; end(sql: string): Promise<void> }>;
}

async function postgres(url: string): Promise<ServerDatabase> {
  const { schema, pool, drop } = await postgresSchema(url);
  cleanLater(drop);
  await pool.query('CREATE TABLE item (name text PRIMARY KEY, value text)');
  return {
    log: { postgres: { connectionString: url, schema, pollTimeoutMs: 20_000 } },
    query: async (sql) => (await pool.query(sql)).rows,
    write: async (node, callback) => {
      const { token } = await node.write(pool, (tx, client) =>
        callback(tx, async (sql) => (await client.query(sql)).rows),
      );
      return token;
    },
    writeAndRevoke: (node, callback) =>
      node.writeAndRevoke(pool, (tx, client) =>
        callback(tx, async (sql) => (await client.query(sql)).rows),
      ),
    transaction: async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      return {
        tx: {
          dialect: 'postgres',
          query: async (text, values) => (await client.query({ text, values: [...values] })).rows,
        },
        end: async (sql) => {
          await client.query(sql);
          client.release();
        },
      };
    },
  };
}

async function mysql(name: 'MariaDB' | 'MySQL'): Promise<ServerDatabase> {
  const server = MYSQL_SERVERS.find((each) => each.name === name);
  if (!server) throw new Error(`there is no ${name}`);
  const { url, pool, drop } = await mysqlDatabase(server);
  cleanLater(drop);
  await pool.query('CREATE TABLE item (name VARCHAR(64) PRIMARY KEY, value TEXT)');
  const rows = (answer: unknown) => (Array.isArray(answer) ? answer : []);
  return {
    log: { mysql: { connectionString: url, pollTimeoutMs: 20_000 } },
    query: async (sql) => rows((await pool.query(sql))[0]),
    write: async (node, callback) => {
      const { token } = await node.write(pool, (tx, db) =>
        callback(tx, async (sql) => rows((await db.query(sql))[0])),
      );
      return token;
    },
    writeAndRevoke: (node, callback) =>
      node.writeAndRevoke(pool, (tx, db) =>
        callback(tx, async (sql) => rows((await db.query(sql))[0])),
      ),
    transaction: async () => {
      const db = await pool.getConnection();
      await db.query('START TRANSACTION');
      return {
        tx: {
          dialect: 'mysql',
          query: async (sql, values) => rows((await db.execute(sql, [...values]))[0]),
        },
        end: async (sql) => {
          await db.query(sql);
          db.release();
        },
      };
    },
  };
}

/** One suite for each kind of server. Where one cannot be had, one skipped test says why. */
export function describeServers(
  name: string,
  body: (make: () => Promise<ServerDatabase>) => void,
): void {
  const found = POSTGRES;
  if ('url' in found) describe(`${name} (PostgreSQL)`, () => body(() => postgres(found.url)));
  else test.skip(`${name} (PostgreSQL) [${found.missing}]`, () => {});
  for (const kind of ['MariaDB', 'MySQL'] as const) {
    const reason = MYSQL_MISSING[kind];
    if (MYSQL_SERVERS.some((each) => each.name === kind))
      describe(`${name} (${kind})`, () => body(() => mysql(kind)));
    else if (kind === 'MySQL') test.skip(`${name} (${kind}) (skipped: ${reason})`, () => {});
    else test.skip(`${name} (${kind}) [${reason}]`, () => {});
  }
}
