import { LIMITS, LogUnavailableError, scopeOf } from '@hearsay/spi';
import { TcpRelay } from '@hearsay/testkit';
import mysql from 'mysql2/promise';
import { expect, onTestFinished, test } from 'vitest';
import { CountingRelay } from '../../../../test/databases/counting-relay.ts';
import { ANSWER_ROWS_MAX } from '../../src/server/poll.js';
import { expectChain, ORIGIN, readScope, START, TABLE, versionOf } from '../support.js';
import { describeMysql, newDatabase, openLog } from './support.js';

const ONE = [{ scope: TABLE, target: { kind: 'key', key: 'k' } as const }];

describeMysql('a poll on MySQL', (server) => {
  test('with nothing new is one statement and at most 1 KiB, for 16 scopes', async () => {
    const made = await newDatabase(server);
    const url = new URL(made.url);
    const target = { host: url.hostname, port: Number(url.port || 3306) };
    const relay = await CountingRelay.listen('mysql', target);
    onTestFinished(() => relay.close());
    url.host = relay.address;
    const log = await openLog(made, { connectionString: url.href });
    const scopes = Array.from({ length: 16 }, (_, i) => scopeOf(`scope-${i}`));
    await log.append(
      ORIGIN,
      scopes.map((scope) => ({ scope, target: { kind: 'scope', key: '' } as const })),
    );
    const unknown = new Map(scopes.map((scope) => [scope, undefined]));
    const { readings } = await log.poll({ positions: unknown, rowsMax: 10 });
    const positions = new Map(readings.map(({ scope, head }) => [scope, head]));
    relay.reset();
    expect((await log.poll({ positions, rowsMax: 10 })).readings).toHaveLength(16);
    expect(relay.statements).toBe(1);
    expect(relay.bytes).toBeLessThanOrEqual(1024);
  });

  test('is not held up by a lease that waits for somebody else (L3)', async () => {
    const made = await newDatabase(server);
    const log = await openLog(made);
    const row = { holder: ORIGIN, leaseSeq: 1 as never, leaseMs: 1000 };
    await log.leases.commitLease(row);
    const other = await made.pool.getConnection();
    await other.query('START TRANSACTION');
    await other.query('SELECT * FROM hearsay_lease FOR UPDATE');
    const lease = log.leases.commitLease({ ...row, leaseSeq: 2 as never });
    for (let i = 0; i < 3; i++)
      expect((await log.poll({ positions: new Map(), rowsMax: 1 })).logId).toBe(log.logId);
    await other.query('ROLLBACK');
    other.release();
    await lease;
    expect((await log.leases.readLeases()).rows).toMatchObject([{ leaseSeq: 2 }]);
  });

  test('that has too much to bring stops early, and going on completes it', async () => {
    const made = await newDatabase(server);
    const log = await openLog(made);
    const batches = Math.ceil((ANSWER_ROWS_MAX + 1) / LIMITS.batchEventsMax);
    for (let i = 0; i < batches; i++)
      await log.append(
        ORIGIN,
        Array.from({ length: LIMITS.batchEventsMax }, (_, k) => ({
          scope: scopeOf('a'),
          target: { kind: 'key', key: `k${i}/${k}` } as const,
        })),
      );
    const rows = batches * LIMITS.batchEventsMax;
    await log.append(ORIGIN, [{ scope: scopeOf('b'), target: { kind: 'scope', key: '' } }]);
    const [a, b] = [scopeOf('a'), scopeOf('b')];
    const positions = new Map([a, b].map((scope) => [scope, START]));
    const { readings } = await log.poll({ positions, rowsMax: 65_536 });
    const found = new Map(readings.map((reading) => [reading.scope, reading]));
    expect(found.get(b)?.rows).toHaveLength(1);
    let end = expectChain(START, found.get(a)?.rows ?? []);
    expect(end.version).toBeLessThan(rows);
    while (end.version < rows) end = expectChain(end, (await readScope(log, a, end))?.rows ?? []);
    expect(end).toEqual(found.get(a)?.head);
  });

  test('fails while the server does not answer, and goes on when it does', async () => {
    const made = await newDatabase(server);
    const relay = await TcpRelay.listen();
    onTestFinished(() => relay.close());
    const url = new URL(made.url);
    relay.setTarget(Number(url.port || 3306));
    url.host = relay.address;
    const log = await openLog(made, { connectionString: url.href, pollTimeoutMs: 1000 });
    expect(await versionOf(log)).toBe(0);
    relay.cut();
    await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
    relay.heal();
    for (;;) {
      const version = await versionOf(log).catch(() => undefined);
      if (version === undefined) continue;
      expect(version).toBe(0);
      break;
    }
  });

  test('goes on after its connection was killed', async () => {
    const made = await newDatabase(server);
    const log = await openLog(made);
    await versionOf(log);
    const [rows] = await made.pool.query(
      'SELECT id FROM information_schema.PROCESSLIST WHERE db = ? AND id <> CONNECTION_ID()',
      [made.database],
    );
    for (const { id } of rows as { id: number }[]) await made.pool.query(`KILL ${id}`);
    await versionOf(log).catch((error) => expect(error).toBeInstanceOf(LogUnavailableError));
    expect(await versionOf(log)).toBe(0);
  });

  test('keeps one connection out of the pool of the service, which it gives up at its end', async () => {
    const made = await newDatabase(server);
    const pool = mysql.createPool({ uri: made.url, connectionLimit: 2 });
    onTestFinished(() => pool.end());
    const log = await openLog(made, { pool });
    await log.write(pool, ORIGIN, async (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(log)).toBe(1);
    await log.close();
    const both = [await pool.getConnection(), await pool.getConnection()];
    for (const connection of both) {
      const [rows] = await connection.query('SELECT @@session.group_concat_max_len AS max');
      expect((rows as { max: number }[])[0]?.max).not.toBe(16_777_216);
      connection.release();
    }
  });

  test('fails while the tables are gone', async () => {
    const made = await newDatabase(server);
    const log = await openLog(made);
    await log.append(ORIGIN, ONE);
    await made.pool.query('RENAME TABLE hearsay_scope TO hidden');
    await expect(versionOf(log)).rejects.toThrow('hearsay_scope');
    await made.pool.query('RENAME TABLE hidden TO hearsay_scope');
    expect(await versionOf(log)).toBe(1);
  });
});
