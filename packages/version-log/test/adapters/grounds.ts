import type { Invalidation, Origin, VersionSource } from '@hearsay/spi';
import mysqlDriver from 'mysql2/promise';
import pg from 'pg';
import { describe, onTestFinished } from 'vitest';
import type {
  Appended,
  DatabaseAdapter,
  SqlTransaction,
  WriteTransaction,
  Written,
} from '../../src/index.js';
import * as mysql from '../mysql/support.js';
import * as postgres from '../postgres/support.js';
import { connectBetter } from '../sqlite-session.js';
import { openLog, temporaryPath } from '../support.js';

export type GroundKind = 'postgres' | 'mysql' | 'sqlite';

/** What a test needs of a log, whatever database it is in. */
interface GroundLog extends VersionSource {
  write<Transaction, T>(
    db: DatabaseAdapter<Transaction>,
    origin: Origin,
    callback: (tx: WriteTransaction, transaction: Transaction) => Promise<T>,
  ): Promise<Written<T>>;
  append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended>;
  appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended>;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
}

type Execute = (sql: string) => Promise<unknown>;

/** A database of a test's own with a log and a table `item (id, name)`, looked at beside the library. */
export interface Ground {
  /** Of the server, or the path of the file. */
  readonly url: string;
  readonly log: GroundLog;
  /** The names of all items, sorted. */
  items(): Promise<(string | null)[]>;
  readonly execute: Execute;
  /** Begins a transaction on a connection of its own. */
  transaction(): Promise<Execute>;
}

async function onPostgres(): Promise<Ground> {
  const made = await postgres.newSchema();
  const { pool, schema } = made;
  await pool.query('CREATE TABLE item (id serial PRIMARY KEY, name text)');
  const url = new URL(made.url);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return {
    // pg takes a blank for a plus.
    url: url.href.replaceAll('+', '%20'),
    log: await postgres.openLog(made),
    items: async () => (await pool.query('SELECT name FROM item ORDER BY name')).rows.map(nameOf),
    execute: (sql) => pool.query(sql),
    transaction: async () => {
      const client = new pg.Client(url.href.replaceAll('+', '%20'));
      await client.connect();
      onTestFinished(() => client.end());
      await client.query('BEGIN');
      return (sql) => client.query(sql);
    },
  };
}

async function onMysql(server: Parameters<typeof mysql.newDatabase>[0]): Promise<Ground> {
  const made = await mysql.newDatabase(server);
  const { pool, url } = made;
  await pool.query('CREATE TABLE item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64))');
  return {
    url,
    log: await mysql.openLog(made),
    items: async () => {
      const [rows] = await pool.query('SELECT name FROM item ORDER BY name');
      return (rows as { name: string | null }[]).map(nameOf);
    },
    execute: (sql) => pool.query(sql),
    transaction: async () => {
      const connection = await mysqlDriver.createConnection(url);
      onTestFinished(() => connection.destroy());
      await connection.query('START TRANSACTION');
      return (sql) => connection.query(sql);
    },
  };
}

async function onSqlite(): Promise<Ground> {
  const path = temporaryPath();
  const log = await openLog(path, { driver: 'better-sqlite3', writeWaitMs: 1_000 });
  const db = connectBetter(path);
  db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)');
  return {
    url: path,
    log,
    items: async () =>
      (db.prepare('SELECT name FROM item ORDER BY name').all() as { name: string }[]).map(nameOf),
    execute: async (sql) => db.exec(sql),
    transaction: async () => {
      const other = connectBetter(path);
      other.exec('BEGIN IMMEDIATE');
      return async (sql) => other.exec(sql);
    },
  };
}

function nameOf({ name }: { readonly name: string | null }): string | null {
  return name;
}

/** One suite for each kind of database; those that are missing here are skipped, with the reason. */
export function describeGrounds(
  name: string,
  kinds: readonly GroundKind[],
  body: (kind: GroundKind, make: () => Promise<Ground>) => void,
): void {
  if (kinds.includes('postgres'))
    postgres.describePostgres(`${name} (PostgreSQL)`, () => body('postgres', onPostgres));
  if (kinds.includes('mysql'))
    mysql.describeMysql(name, (server) => body('mysql', () => onMysql(server)));
  if (kinds.includes('sqlite')) describe(`${name} (SQLite)`, () => body('sqlite', onSqlite));
}
