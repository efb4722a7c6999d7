import { NameInvalidError } from '@hearsay/spi';
import { TcpRelay } from '@hearsay/testkit';
import pg from 'pg';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import type { PostgresSchema } from '../../../../test/databases/postgres.ts';
import {
  CommitUncertainError,
  LogTablesMissingError,
  type PostgresVersionLog,
  TransactionEndedError,
  TransactionOpenError,
  TransactionRolledBackError,
  WriteContendedError,
  type WriteTransaction,
} from '../../src/index.js';
import { ORIGIN, readScope, versionOf } from '../support.js';
import { describePostgres, newSchema, openLog, URL as SERVER } from './support.js';

interface Opened extends PostgresSchema {
  readonly log: PostgresVersionLog;
}

async function open(): Promise<Opened> {
  const made = await newSchema();
  await made.pool.query('CREATE TABLE item (id serial PRIMARY KEY, name text UNIQUE)');
  return { ...made, log: await openLog(made) };
}

const insert = (name = 'x') => `INSERT INTO item (name) VALUES ('${name}')`;

async function items({ pool }: Opened): Promise<number> {
  return (await pool.query('SELECT * FROM item')).rows.length;
}

async function versionIn({ log }: Opened): Promise<number> {
  return versionOf(log);
}

/** A pool whose connections a test can break. */
async function throughRelay(
  { schema }: Opened,
  settings: pg.PoolConfig = {},
): Promise<{ pool: pg.Pool; relay: TcpRelay }> {
  const relay = await TcpRelay.listen();
  const server = new URL(SERVER);
  relay.setTarget(Number(server.port || 5432));
  server.host = relay.address;
  const pool = new pg.Pool({
    connectionString: server.href,
    options: `-c search_path=${schema}`,
    ...settings,
  });
  pool.on('error', () => undefined);
  onTestFinished(async () => {
    await pool.end();
    await relay.close().catch(() => undefined);
  });
  return { pool, relay };
}

describePostgres('a write that is committed', () => {
  test('returns the value, the places and one position a scope, scopes sorted (L6)', async () => {
    const opened = await open();
    const written = await opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      tx.invalidate('zebra', { key: 'k1' });
      tx.invalidate('ant', { all: true });
      tx.invalidate('zebra', { prefix: 'k2' });
      tx.invalidate('zebra', { key: 'k1' });
      return (await client.query(insert())).rowCount;
    });
    expect(written.value).toBe(1);
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

  test('goes over one connection as well as over a pool, and leaves it free', async () => {
    const opened = await open();
    const client = await opened.pool.connect();
    for (const name of ['a', 'b'])
      await opened.log.write(client, ORIGIN, async (tx) => {
        await client.query(insert(name));
        tx.invalidate('table', { key: name });
      });
    client.release();
    expect(await items(opened)).toBe(2);
    expect(await versionIn(opened)).toBe(2);
  });

  test('gives its callback the connection as the driver types it', async () => {
    const { log, pool } = await open();
    await log.write(pool, ORIGIN, async (tx, client) => {
      expectTypeOf(client).toEqualTypeOf<pg.PoolClient>();
      expectTypeOf(tx).toEqualTypeOf<WriteTransaction>();
    });
    const client = new pg.Client(SERVER);
    await client.connect();
    onTestFinished(() => client.end());
    await log.write(client, ORIGIN, async (_, given) => {
      expectTypeOf(given).toEqualTypeOf<pg.Client>();
      expect(given).toBe(client);
    });
  });

  test('may invalidate nothing, may set its isolation level, may use savepoints', async () => {
    const opened = await open();
    const none = await opened.log.write(opened.pool, ORIGIN, async (_, client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
      await client.query(insert());
    });
    expect(none).toMatchObject({ announcements: [], positions: [] });
    await opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      await client.query('SAVEPOINT mine');
      await client.query(insert('y'));
      await client.query('ROLLBACK TO mine');
      tx.invalidate('table', { key: 'k' });
    });
    expect(await items(opened)).toBe(1);
    expect(await versionIn(opened)).toBe(1);
  });

  test('adds one statement between BEGIN and COMMIT, also when its scope is new', async () => {
    const { log, pool } = await open();
    const sent: string[] = [];
    const client = await pool.connect();
    onTestFinished(() => {
      Reflect.deleteProperty(client, 'query');
      client.release();
    });
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      sent.push((args[0] as { text: string }).text.slice(0, 6).trim());
      return query(...args);
    }) as never;
    for (let i = 0; i < 2; i++)
      await log.write(client, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(sent).toEqual(['BEGIN;', 'WITH h', 'COMMIT', 'BEGIN;', 'WITH h', 'COMMIT']);
  });
});

describePostgres('a write that fails leaves nothing, and its connection is free again', () => {
  async function failure(
    callback: (tx: WriteTransaction, client: pg.PoolClient) => unknown,
  ): Promise<unknown> {
    const opened = await open();
    const error = await opened.log
      .write(opened.pool, ORIGIN, async (tx, client) => {
        await client.query(insert());
        tx.invalidate('table', { key: 'k' });
        return callback(tx, client);
      })
      .catch((reason: unknown) => reason);
    expect(await items(opened)).toBe(0);
    await opened.log.write(opened.pool, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionIn(opened)).toBe(1);
    expect(opened.pool.idleCount).toBe(opened.pool.totalCount);
    return error;
  }

  test('its callback throws', async () => {
    const boom = new Error('boom');
    expect(await failure(() => Promise.reject(boom))).toBe(boom);
  });

  test('it names something malformed, and swallows that error', async () => {
    const error = await failure((tx) => {
      try {
        tx.invalidate('table', { key: '' });
      } catch {}
    });
    expect(error).toBeInstanceOf(NameInvalidError);
  });

  test('a statement of it fails, and it swallows the error', async () => {
    const error = await failure((_, client) => client.query('SELECT 1/0').catch(() => undefined));
    expect(error).toBeInstanceOf(TransactionRolledBackError);
  });

  test('its callback rolls back', async () => {
    const error = await failure((_, client) => client.query('ROLLBACK'));
    expect(error).toBeInstanceOf(TransactionEndedError);
  });

  test('its callback rolls back and begins another transaction', async () => {
    const error = await failure(async (_, client) => {
      await client.query('ROLLBACK; BEGIN');
      await client.query(insert());
    });
    expect(error).toBeInstanceOf(TransactionEndedError);
  });

  test('a deferred constraint refuses the commit', async () => {
    const error = await failure(async (_, client) => {
      await client.query(
        'CREATE TABLE child (item int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)',
      );
      await client.query('INSERT INTO child VALUES (99)');
    });
    expect(error).toMatchObject({ code: '23503' });
  });
});

describePostgres('COMMIT itself says what happened (L2)', () => {
  test('it answers ROLLBACK without an error: nothing is returned to announce', async () => {
    const opened = await open();
    const write = opened.log.write(opened.pool, ORIGIN, async (_, client) => {
      await client.query(insert());
      await client.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(write).rejects.toThrow(TransactionRolledBackError);
    expect(await items(opened)).toBe(0);
  });

  test.each([
    ['COMMIT', 1],
    ['COMMIT; BEGIN', 1],
  ])('a callback that ran %s gets hints: what it did stands, unproven', async (sql, left) => {
    const opened = await open();
    const error = await opened.log
      .write(opened.pool, ORIGIN, async (tx, client) => {
        await client.query(insert());
        tx.invalidate('table', { key: 'k' });
        await client.query(sql);
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionEndedError);
    expect((error as TransactionEndedError).hints).toEqual([
      { scope: 'table', target: { kind: 'key', key: 'k' } },
    ]);
    expect(await items(opened)).toBe(left);
    expect(await versionIn(opened)).toBe(0);
  });

  /** A commit that takes until somebody who waits for it lets it go. */
  async function slowCommit(pool: pg.Pool): Promise<{ reached: Promise<number>; release(): void }> {
    await pool.query(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_notify('none', ''); PERFORM pg_advisory_xact_lock(hashtext(current_schema()));
        RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION hold()`);
    const gate = await pool.connect();
    await gate.query('SELECT pg_advisory_lock(hashtext(current_schema()))');
    const reached = (async () => {
      for (;;) {
        const { rows } = await gate.query(
          `SELECT l.pid FROM pg_locks l JOIN pg_locks mine ON mine.locktype = 'advisory' AND mine.objid = l.objid
           WHERE mine.pid = pg_backend_pid() AND NOT l.granted`,
        );
        if (rows[0]) return rows[0].pid as number;
      }
    })();
    return { reached, release: () => gate.release(true) };
  }

  test('the connection breaks while it commits: the outcome is unknown, and the log knows it', async () => {
    const opened = await open();
    const { pool, relay } = await throughRelay(opened);
    const gate = await slowCommit(opened.pool);
    const write = opened.log
      .write(pool, ORIGIN, async (tx, client) => {
        await client.query(insert());
        tx.invalidate('table', { key: 'k' });
      })
      .catch((reason: unknown) => reason);
    await gate.reached;
    await relay.close();
    const error = await write;
    expect(error).toBeInstanceOf(CommitUncertainError);
    expect((error as CommitUncertainError).hints).toEqual([
      { scope: 'table', target: { kind: 'key', key: 'k' } },
    ]);
    gate.release();
    // It went through after all: whoever polls finds it.
    while ((await versionIn(opened)) === 0);
    expect(await items(opened)).toBe(1);
  });

  test('the server ends the connection while it commits: the outcome is unknown', async () => {
    const opened = await open();
    const gate = await slowCommit(opened.pool);
    const write = opened.log
      .write(opened.pool, ORIGIN, async (tx, client) => {
        await client.query(insert());
        tx.invalidate('table', { key: 'k' });
      })
      .catch((reason: unknown) => reason);
    await opened.pool.query('SELECT pg_terminate_backend($1)', [await gate.reached]);
    expect(await write).toBeInstanceOf(CommitUncertainError);
    gate.release();
    expect(await versionIn(opened)).toBe(0);
  });
});

describePostgres('a connection that breaks in the middle of a write', () => {
  test('leaves nothing, does not end the process, and the pool goes on', async () => {
    const opened = await open();
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      await client.query(insert());
      tx.invalidate('table', { key: 'k' });
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      const ended = new Promise((resolve) => client.once('end', resolve));
      await opened.pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
      await ended;
    });
    await expect(write).rejects.toThrow();
    await opened.log.write(opened.pool, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await items(opened)).toBe(0);
    expect((await readScope(opened.log))?.rows).toHaveLength(1);
  });
});

describePostgres('a transaction whose BEGIN was not answered in time', () => {
  test('is not left open on the connection, which the pool does not keep', async () => {
    const opened = await open();
    const { pool, relay } = await throughRelay(opened, { max: 1, query_timeout: 1_000 });
    await pool.query('SELECT 1');
    relay.cut();
    await expect(opened.log.write(pool, ORIGIN, async () => {})).rejects.toThrow('timeout');
    relay.heal();
    // Inside a transaction that somebody left open this would be lost.
    await pool.query(insert());
    expect(await items(opened)).toBe(1);
  });
});

describePostgres('a transaction that loses against another is told to retry (L6)', () => {
  test.each(['REPEATABLE READ', 'SERIALIZABLE'])('40001 under %s', async (level) => {
    const opened = await open();
    await opened.log.ensureScopes(['table']);
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      await client.query(`SET TRANSACTION ISOLATION LEVEL ${level}`);
      await client.query('SELECT * FROM item');
      await opened.log.append(ORIGIN, [
        { scope: 'table' as never, target: { kind: 'key', key: 'other' } },
      ]);
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(WriteContendedError);
    await expect(write).rejects.toThrow('retry the transaction');
    await expect(write).rejects.toMatchObject({ cause: { code: '40001' } });
    expect(await versionIn(opened)).toBe(1);
  });

  test('40001 at COMMIT itself', async () => {
    const opened = await open();
    await opened.pool.query('CREATE TABLE duty (name text, on_call boolean)');
    await opened.log.ensureScopes(['duty.a', 'duty.b']);
    await opened.pool.query(`INSERT INTO duty VALUES ('a', true), ('b', true)`);
    const leave = (name: string, meanwhile: () => Promise<unknown>) =>
      opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
        await client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
        await client.query('SELECT count(*) FROM duty WHERE on_call');
        await client.query('UPDATE duty SET on_call = false WHERE name = $1', [name]);
        await meanwhile();
        tx.invalidate(`duty.${name}`, { all: true });
      });
    const write = leave('a', () => leave('b', async () => undefined));
    await expect(write).rejects.toThrow(WriteContendedError);
    expect(await versionOf(opened.log, 'duty.a' as never)).toBe(0);
    expect(await versionOf(opened.log, 'duty.b' as never)).toBe(1);
  });

  test('a scope that is created only now is not in its snapshot', async () => {
    const opened = await open();
    const write = () =>
      opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
        await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await client.query('SELECT * FROM item');
        tx.invalidate('table', { key: 'k' });
      });
    await expect(write()).rejects.toThrow(WriteContendedError);
    await write();
    expect(await versionIn(opened)).toBe(1);
  });

  test('40P01: two that wait for each other', async () => {
    const opened = await open();
    await opened.log.ensureScopes(['table']);
    await opened.pool.query(insert());
    const other = await opened.pool.connect();
    await other.query('BEGIN');
    await other.query(`SELECT * FROM hearsay_scope WHERE scope = 'table' FOR UPDATE`);
    let waiting: Promise<unknown> = Promise.resolve();
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      await client.query(`SET LOCAL deadlock_timeout = '10ms'`);
      await client.query(`UPDATE item SET name = 'y'`);
      await other.query(`SET LOCAL deadlock_timeout = '10s'`);
      waiting = other.query(`UPDATE item SET name = 'z'`);
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toMatchObject({ code: 'HEARSAY_WRITE_CONTENDED' });
    await waiting;
    await other.query('ROLLBACK');
    other.release();
  });
});

describePostgres('a write is refused, and nothing is done,', () => {
  test('when a transaction is open on its connection; that one goes on', async () => {
    const opened = await open();
    const client = await opened.pool.connect();
    await client.query('BEGIN');
    await client.query(insert());
    await expect(opened.log.write(client, ORIGIN, async () => undefined)).rejects.toThrow(
      TransactionOpenError,
    );
    await client.query('COMMIT');
    client.release();
    expect(await items(opened)).toBe(1);
  });

  test('inside the callback of a write on the same connection, and beside it', async () => {
    const opened = await open();
    const client = await opened.pool.connect();
    const refused: unknown[] = [];
    await opened.log.write(client, ORIGIN, async (tx) => {
      refused.push(
        await opened.log.write(client, ORIGIN, async () => undefined).catch((error) => error),
      );
      tx.invalidate('table', { key: 'k' });
    });
    client.release();
    expect(refused[0]).toBeInstanceOf(TransactionOpenError);
    expect(await versionIn(opened)).toBe(1);
  });

  test('over a connection to a database without the log', async () => {
    const opened = await open();
    await opened.pool.query('DROP TABLE hearsay_log');
    const write = opened.log.write(opened.pool, ORIGIN, async (tx, client) => {
      await client.query(insert());
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(LogTablesMissingError);
    expect(await items(opened)).toBe(0);
  });

  test('by a closed log', async () => {
    const opened = await open();
    await opened.log.close();
    await expect(
      opened.log.write(opened.pool, ORIGIN, async () => undefined),
    ).rejects.toMatchObject({ code: 'HEARSAY_LOG_UNAVAILABLE' });
  });
});
