import { TcpRelay } from '@hearsay/testkit';
import mysql from 'mysql2/promise';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import type { MysqlDatabase, MysqlServer } from '../../../../test/databases/mysql.ts';
import {
  CommitUncertainError,
  LogTablesMissingError,
  type MysqlConnection,
  type MysqlVersionLog,
  TransactionEndedError,
  TransactionOpenError,
  WriteContendedError,
  type WriteTransaction,
} from '../../src/index.js';
import { ORIGIN, versionOf } from '../support.js';
import { describeMysql, newDatabase, openLog } from './support.js';

interface Opened extends MysqlDatabase {
  readonly log: MysqlVersionLog;
}

async function open(server: MysqlServer): Promise<Opened> {
  const made = await newDatabase(server);
  await made.pool.query(
    'CREATE TABLE item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) UNIQUE)',
  );
  return { ...made, log: await openLog(made) };
}

const insert = (name = 'x') => `INSERT INTO item (name) VALUES ('${name}')`;

async function items({ pool }: Opened): Promise<number> {
  const [rows] = await pool.query('SELECT * FROM item');
  return (rows as unknown[]).length;
}

async function connection({ url }: Opened): Promise<mysql.Connection> {
  const made = await mysql.createConnection(url);
  onTestFinished(() => made.destroy());
  return made;
}

/** The same connection, with something done before COMMIT is sent. */
function beforeCommit(db: mysql.Connection, step: () => Promise<unknown>): MysqlConnection {
  return {
    query: async (query) => {
      if (query.sql === 'COMMIT') await step();
      return db.query(query as mysql.QueryOptions);
    },
    execute: (query) => db.execute(query as mysql.QueryOptions),
    on: (event, listener) => db.on(event, listener),
    off: (event, listener) => db.off(event, listener),
    destroy: () => db.destroy(),
  };
}

describeMysql('a write that is committed', (server) => {
  test('returns the value, the places and one position a scope, scopes sorted (L6)', async () => {
    const opened = await open(server);
    const written = await opened.log.write(opened.pool, ORIGIN, async (tx, db) => {
      expectTypeOf(db).toEqualTypeOf<mysql.PoolConnection>();
      tx.invalidate('zebra', { key: 'k1' });
      tx.invalidate('ant', { all: true });
      tx.invalidate('zebra', { prefix: 'k2' });
      tx.invalidate('zebra', { key: 'k1' });
      await db.query(insert());
      return 42;
    });
    expect(written.value).toBe(42);
    expect(written.announcements.map((one) => [one.scope, one.place?.version])).toEqual([
      ['ant', 1],
      ['zebra', 1],
      ['zebra', 2],
    ]);
    expect(written.positions.map(({ scope, version }) => [scope, version])).toEqual([
      ['ant', 1],
      ['zebra', 2],
    ]);
    expect(await items(opened)).toBe(1);
  });

  test('goes over one connection as well, and may invalidate nothing', async () => {
    const opened = await open(server);
    const db = await connection(opened);
    for (const name of ['a', 'b'])
      await opened.log.write(db, ORIGIN, async (tx, given) => {
        expectTypeOf(given).toEqualTypeOf<mysql.Connection>();
        await given.query(insert(name));
        if (name === 'a') tx.invalidate('table', { key: name });
      });
    expect(await items(opened)).toBe(2);
    expect(await versionOf(opened.log)).toBe(1);
  });
});

describeMysql('a write that fails leaves nothing, and its connection is free again', (server) => {
  async function failure(
    callback: (tx: WriteTransaction, db: mysql.PoolConnection) => unknown,
  ): Promise<unknown> {
    const opened = await open(server);
    const error = await opened.log
      .write(opened.pool, ORIGIN, async (tx, db) => {
        await db.query(insert());
        tx.invalidate('table', { key: 'k' });
        return callback(tx, db);
      })
      .catch((reason: unknown) => reason);
    expect(await items(opened)).toBe(0);
    await opened.log.write(opened.pool, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(opened.log)).toBe(1);
    return error;
  }

  test('its callback throws', async () => {
    const boom = new Error('boom');
    expect(await failure(() => Promise.reject(boom))).toBe(boom);
  });

  test('its callback rolls back', async () => {
    expect(await failure((_, db) => db.query('ROLLBACK'))).toBeInstanceOf(TransactionEndedError);
  });

  test('its connection is killed', async () => {
    const error = await failure(async (_, db) => {
      const [rows] = await db.query('SELECT CONNECTION_ID() AS id');
      const [{ id } = { id: 0 }] = rows as { id: number }[];
      const admin = await mysql.createConnection(server.url);
      await admin.query(`KILL ${id}`);
      await admin.end();
    });
    expect(error).toBeInstanceOf(Error);
  });
});

describeMysql('what a callback committed itself stands, and gets hints (L2)', (server) => {
  test.each(['COMMIT', 'CREATE TABLE other (id INT)'])('%s', async (sql) => {
    const opened = await open(server);
    const error = await opened.log
      .write(opened.pool, ORIGIN, async (tx, db) => {
        await db.query(insert());
        tx.invalidate('table', { key: 'k' });
        await db.query(sql);
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionEndedError);
    expect((error as TransactionEndedError).hints).toEqual([
      { scope: 'table', target: { kind: 'key', key: 'k' } },
    ]);
    expect(await items(opened)).toBe(1);
    expect(await versionOf(opened.log)).toBe(0);
    await opened.log.write(opened.pool, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(opened.log)).toBe(1);
  });
});

describeMysql('a connection that breaks during COMMIT', (server) => {
  test('leaves the outcome unknown, with hints (L2)', async () => {
    const opened = await open(server);
    const relay = await TcpRelay.listen();
    const url = new URL(opened.url);
    relay.setTarget(Number(url.port || 3306));
    url.host = relay.address;
    const db = await mysql.createConnection(url.href);
    const write = opened.log
      .write(
        beforeCommit(db, () => relay.close()),
        ORIGIN,
        async (tx) => {
          await db.query(insert());
          tx.invalidate('table', { key: 'k' });
        },
      )
      .catch((reason: unknown) => reason);
    const error = await write;
    expect(error).toBeInstanceOf(CommitUncertainError);
    expect((error as CommitUncertainError).hints).toHaveLength(1);
    expect(await versionOf(opened.log)).toBe(0);
  });
});

describeMysql('a transaction that loses against another is told to retry (L6)', (server) => {
  test('1213: two that wait for each other', async () => {
    const opened = await open(server);
    await opened.log.ensureScopes(['table']);
    await opened.pool.query(insert());
    const other = await connection(opened);
    await other.query('START TRANSACTION');
    // What has changed more is spared.
    for (let i = 0; i < 20; i++) await other.query(insert(`more-${i}`));
    await other.query(`SELECT * FROM hearsay_scope WHERE scope = 'table' FOR UPDATE`);
    let waiting: Promise<unknown> = Promise.resolve();
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, db) => {
      await db.query(`SELECT * FROM item WHERE name = 'x' FOR UPDATE`);
      waiting = other.query(`UPDATE item SET name = 'z' WHERE name = 'x'`);
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(WriteContendedError);
    await expect(write).rejects.toThrow('retry the transaction');
    await expect(write).rejects.toMatchObject({ cause: { errno: 1213 } });
    await waiting;
    await other.query('ROLLBACK');
  });

  test('1205: one that waited too long', async () => {
    const opened = await open(server);
    await opened.log.ensureScopes(['table']);
    const other = await connection(opened);
    await other.query('START TRANSACTION');
    await other.query(`SELECT * FROM hearsay_scope WHERE scope = 'table' FOR UPDATE`);
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, db) => {
      await db.query('SET SESSION innodb_lock_wait_timeout = 1');
      await db.query(insert());
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(WriteContendedError);
    await other.query('ROLLBACK');
    expect(await items(opened)).toBe(0);
  });

  if (server.name === 'MariaDB')
    test('1020: what it read has changed since', async () => {
      const opened = await open(server);
      await opened.log.ensureScopes(['table']);
      const write = opened.log.write(opened.pool, ORIGIN, async (tx, db) => {
        await db.query('SET SESSION innodb_snapshot_isolation = ON');
        await db.query('SELECT * FROM item');
        await opened.log.append(ORIGIN, [
          { scope: 'table' as never, target: { kind: 'key', key: 'other' } },
        ]);
        tx.invalidate('table', { key: 'k' });
      });
      await expect(write).rejects.toThrow(WriteContendedError);
      await expect(write).rejects.toMatchObject({ cause: { errno: 1020 } });
      expect(await versionOf(opened.log)).toBe(1);
    });
});

describeMysql('a write is refused, and nothing is done,', (server) => {
  test('when a transaction is open on its connection; that one goes on', async () => {
    const opened = await open(server);
    const db = await connection(opened);
    await db.query('START TRANSACTION');
    await db.query(insert());
    await expect(opened.log.write(db, ORIGIN, async () => undefined)).rejects.toThrow(
      TransactionOpenError,
    );
    await db.query('ROLLBACK');
    expect(await items(opened)).toBe(0);
  });

  test('inside the callback of a write on the same connection', async () => {
    const opened = await open(server);
    const db = await connection(opened);
    const refused: unknown[] = [];
    await opened.log.write(db, ORIGIN, async (tx) => {
      refused.push(
        await opened.log.write(db, ORIGIN, async () => undefined).catch((error: unknown) => error),
      );
      tx.invalidate('table', { key: 'k' });
    });
    expect(refused[0]).toBeInstanceOf(TransactionOpenError);
    expect(await versionOf(opened.log)).toBe(1);
  });

  test('over a connection to a database without the log', async () => {
    const opened = await open(server);
    await opened.log.ensureScopes(['table']);
    await opened.pool.query('DROP TABLE hearsay_log');
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, db) => {
      await db.query(insert());
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(LogTablesMissingError);
    expect(await items(opened)).toBe(0);
  });
});
