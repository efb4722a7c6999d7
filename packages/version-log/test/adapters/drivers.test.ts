import { invalidationOf } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  mysqlTransaction,
  postgresTransaction,
  type SqlTransaction,
  sqliteTransaction,
} from '../../src/index.js';
import { SQLITE_DRIVERS } from '../../src/sqlite-driver.js';
import * as mysql from '../mysql/support.js';
import * as postgres from '../postgres/support.js';
import { connectBetter } from '../sqlite-session.js';
import {
  connect,
  expectChain,
  ORIGIN,
  openLog,
  readScope,
  START,
  temporaryPath,
} from '../support.js';

const ONE = [invalidationOf('table', { key: 'k' })];
const TWO = [...ONE, invalidationOf('role', { prefix: 'a/日本' })];

type Log = Awaited<ReturnType<typeof openLog>> | Awaited<ReturnType<typeof postgres.openLog>>;

/** Appends that are committed, and one that is rolled back, in transactions that the caller runs. */
async function expectAppends(
  log: Pick<Log, 'appendInTransaction' | 'poll'>,
  tx: SqlTransaction,
  run: (sql: string) => Promise<unknown>,
  begin = 'BEGIN',
): Promise<void> {
  for (const [invalidations, end] of [
    [ONE, 'COMMIT'],
    [TWO, 'ROLLBACK'],
    [TWO, 'COMMIT'],
  ] as const) {
    await run(begin);
    await log.appendInTransaction(tx, ORIGIN, invalidations);
    await run(end);
  }
  const reading = await readScope(log as never);
  expect(reading?.head.version).toBe(2);
  expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
}

postgres.describePostgres('a transaction of pg', () => {
  test('is appended to as the service runs it', async () => {
    const made = await postgres.newSchema();
    const log = await postgres.openLog(made);
    const client = await made.pool.connect();
    try {
      await expectAppends(log, postgresTransaction(client), (sql) => client.query(sql));
    } finally {
      client.release();
    }
  });
});

mysql.describeMysql('a transaction of mysql2', (server) => {
  test('is appended to as the service runs it', async () => {
    const made = await mysql.newDatabase(server);
    const log = await mysql.openLog(made);
    const connection = await made.pool.getConnection();
    try {
      await expectAppends(log, mysqlTransaction(connection), (sql) => connection.query(sql));
    } finally {
      connection.release();
    }
  });
});

describe.each(SQLITE_DRIVERS)('a transaction of %s', (driver) => {
  test('is appended to as the service runs it', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { driver });
    const db = driver === 'node:sqlite' ? connect(path) : connectBetter(path);
    await expectAppends(log, sqliteTransaction(db), async (sql) => db.exec(sql), 'BEGIN IMMEDIATE');
  });
});
