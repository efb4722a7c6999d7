import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3';
import { int, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { drizzle as drizzleMysql, type MySql2Database } from 'drizzle-orm/mysql2';
import { drizzle as drizzlePostgres, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import { integer, sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { drizzleDatabase, drizzleTransaction } from '../../src/index.js';
import { ORIGIN, openLog, temporaryPath, versionOf } from '../support.js';
import { adapterSuite, type Library } from './adapter-suite.ts';

const postgresItem = pgTable('item', { id: serial(), name: text() });
const mysqlItem = mysqlTable('item', { id: int().autoincrement(), name: varchar({ length: 64 }) });
const sqliteItem = sqliteTable('item', { id: integer(), name: sqliteText() });

type PostgresTransaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];
type MysqlTransaction = Parameters<Parameters<MySql2Database['transaction']>[0]>[0];

function onPostgres(url: string): Library<PostgresTransaction> {
  const pool = new pg.Pool({ connectionString: url });
  // Without a listener a connection that breaks while it is used would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  onTestFinished(() => pool.end());
  const db = drizzlePostgres(pool);
  return {
    database: (isolationLevel) => drizzleDatabase(db, isolationLevel && { isolationLevel }),
    insert: (tx, name) => tx.insert(postgresItem).values({ name }),
    run: (tx, statement) => tx.execute(sql.raw(statement)),
    nested: (tx) => drizzleDatabase(tx),
    own: (body) => db.transaction((tx) => body(tx, drizzleTransaction(tx))),
  };
}

function onMysql(url: string): Library<MysqlTransaction> {
  const pool = mysql.createPool(url);
  onTestFinished(() => pool.end());
  const db = drizzleMysql(pool);
  return {
    database: (isolationLevel) => drizzleDatabase(db, isolationLevel && { isolationLevel }),
    insert: (tx, name) => tx.insert(mysqlItem).values({ name }),
    run: (tx, statement) => tx.execute(sql.raw(statement)),
    nested: (tx) => drizzleDatabase(tx),
    own: (body) => db.transaction((tx) => body(tx, drizzleTransaction(tx))),
  };
}

adapterSuite<PostgresTransaction>('Drizzle', ['postgres'], async (_, url) => onPostgres(url));
adapterSuite<MysqlTransaction>('Drizzle', ['mysql'], async (_, url) => onMysql(url));

test('Drizzle over better-sqlite3 is written through its client', async () => {
  const path = temporaryPath();
  const log = await openLog(path, { driver: 'better-sqlite3' });
  const db = drizzleSqlite(new Database(path));
  onTestFinished(() => void db.$client.close());
  db.run(sql.raw('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)'));
  const insert = (name: string) => db.insert(sqliteItem).values({ name }).run();
  await log.write(db.$client, ORIGIN, (tx) => {
    insert('a');
    tx.invalidate('table', { key: 'k' });
  });
  const failed = log.write(db.$client, ORIGIN, (tx) => {
    insert('b');
    tx.invalidate('table', { key: 'k' });
    throw new Error('boom');
  });
  await expect(failed).rejects.toThrow('boom');
  expect(db.select({ name: sqliteItem.name }).from(sqliteItem).all()).toEqual([{ name: 'a' }]);
  expect(await versionOf(log)).toBe(1);
  expect(() => drizzleDatabase(db as never)).toThrow('write to db.$client');
});
