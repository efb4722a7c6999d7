import { LogUnavailableError, scopeOf } from '@hearsay/spi';
import { TcpRelay } from '@hearsay/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { CountingRelay } from '../../../../test/databases/counting-relay.ts';
import { PostgresConnection } from '../../src/postgres/connection.js';
import { ANSWER_ROWS_MAX } from '../../src/server/poll.js';
import { CALLS_WAITING_MAX } from '../../src/server/session.js';
import { expectChain, ORIGIN, readScope, START, TABLE, versionOf } from '../support.js';
import { describePostgres, newSchema, openLog, URL as SERVER } from './support.js';

const ONE = [{ scope: TABLE, target: { kind: 'key', key: 'k' } as const }];

async function relayed() {
  const relay = await TcpRelay.listen();
  const url = new URL(SERVER);
  relay.setTarget(Number(url.port || 5432));
  url.host = relay.address;
  onTestFinished(() => relay.close().catch(() => undefined));
  return { relay, url: url.href };
}

describePostgres('a poll on PostgreSQL', () => {
  test('goes over a connection that reads committed state, whatever the role prescribes (L3)', async () => {
    const options = '-c default_transaction_isolation=serializable';
    const client = new pg.Client({ connectionString: SERVER, options });
    const connection = await PostgresConnection.open(client, {
      statementTimeoutMs: 1234,
      preparedStatements: false,
    });
    onTestFinished(() => connection.destroy());
    const shown = async (name: string) =>
      Object.values((await connection.run({ sql: `SHOW ${name}`, params: [] })).rows[0] ?? {});
    expect(await shown('transaction_isolation')).toEqual(['read committed']);
    expect(await shown('statement_timeout')).toEqual(['1234ms']);
  });

  test('with nothing new is one statement and at most 1 KiB, for 16 scopes', async () => {
    const made = await newSchema();
    const url = new URL(SERVER);
    const target = { host: url.hostname, port: Number(url.port || 5432) };
    const relay = await CountingRelay.listen('postgres', target);
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
    const made = await newSchema();
    const log = await openLog(made);
    const row = { holder: ORIGIN, leaseSeq: 1 as never, leaseMs: 1000 };
    await log.leases.commitLease(row);
    const other = await made.pool.connect();
    await other.query('BEGIN');
    await other.query('SELECT * FROM hearsay_lease FOR UPDATE');
    const lease = log.leases.commitLease({ ...row, leaseSeq: 2 as never });
    for (let i = 0; i < 3; i++)
      expect((await log.poll({ positions: new Map(), rowsMax: 1 })).logId).toBe(log.logId);
    await other.query('ROLLBACK');
    other.release();
    await lease;
    expect((await log.leases.readLeases()).rows).toMatchObject([{ leaseSeq: 2 }]);
  });

  test('that has too much to bring stops early, has a row for every scope that lags, and going on completes it', async () => {
    const made = await newSchema();
    const log = await openLog(made);
    const rows = ANSWER_ROWS_MAX + 10;
    await made.pool.query(`INSERT INTO hearsay_scope
        VALUES ('a', ${rows}, lpad(to_hex(${rows}), 16, '0'), 0);
      INSERT INTO hearsay_log SELECT 'a', n, lpad(to_hex(n), 16, '0'), lpad(to_hex(n - 1), 16, '0'),
        'key', 'k' || n, '', 0 FROM generate_series(1, ${rows}) n`);
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

  test('fails while the server does not answer, in time, and goes on when it does', async () => {
    const made = await newSchema();
    const { relay, url } = await relayed();
    const log = await openLog(made, { connectionString: url, pollTimeoutMs: 1000 });
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

  test('goes on after its connection was ended, whether or not it was in use', async () => {
    const made = await newSchema();
    const log = await openLog(made);
    await versionOf(log);
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'hearsay' AND query LIKE '%${made.schema}%'`;
    await made.pool.query(terminate);
    await versionOf(log).catch((error) => expect(error).toBeInstanceOf(LogUnavailableError));
    expect(await versionOf(log)).toBe(0);
  });

  test('that a lock holds up for too long fails, and the next ones go on', async () => {
    const made = await newSchema();
    const log = await openLog(made, { pollTimeoutMs: 1000 });
    const other = await made.pool.connect();
    await other.query('BEGIN; LOCK TABLE hearsay_scope');
    await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
    await other.query('ROLLBACK');
    other.release();
    expect(await versionOf(log)).toBe(0);
  });

  test('fails while the tables are gone, and says which', async () => {
    const made = await newSchema();
    const log = await openLog(made);
    await made.pool.query('ALTER TABLE hearsay_scope RENAME TO hidden');
    await expect(versionOf(log)).rejects.toThrow('hearsay_scope');
    await made.pool.query('ALTER TABLE hidden RENAME TO hearsay_scope; DELETE FROM hearsay_meta');
    await expect(versionOf(log)).rejects.toThrow('no log');
  });

  test(`may wait with ${CALLS_WAITING_MAX - 1} others, and not with one more`, async () => {
    const made = await newSchema();
    const log = await openLog(made);
    const polls = Array.from({ length: CALLS_WAITING_MAX + 1 }, () => versionOf(log));
    const outcomes = await Promise.allSettled(polls);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'HEARSAY_LOG_UNAVAILABLE' } });
    expect(await versionOf(log)).toBe(0);
  });

  test('works where named statements cannot be had', async () => {
    const log = await openLog(await newSchema(), { preparedStatements: false });
    await log.append(ORIGIN, ONE);
    expect((await readScope(log))?.rows).toHaveLength(1);
  });
});
