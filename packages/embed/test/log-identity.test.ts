import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Epoch, type Logger, nodeNameOf, scopeOf } from '@hearsay/spi';
import { TcpRelay } from '@hearsay/testkit';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { hasMariadbBinaries, MariadbServer } from '../../../test/databases/mariadb-server.ts';
import { MYSQL_SERVERS, mysqlDatabase } from '../../../test/databases/mysql.ts';
import { POSTGRES, postgresSchema } from '../../../test/databases/postgres.ts';
import {
  hasStandbyTools,
  PostgresCluster,
  postgresBinaries,
} from '../../../test/databases/postgres-cluster.ts';
import type { Hearsay, HearsayOptions } from '../src/index.js';
import { openMysqlLog, openPostgresLog } from '../src/index.js';
import { cleanLater, cleanUp, event, start } from './service.js';

afterEach(cleanUp);

const run = promisify(execFile);
const SECONDS_60 = 60_000;
const MARIADB = MYSQL_SERVERS.find(({ name }) => name === 'MariaDB');

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-identity-'));
  cleanLater(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A node that follows `item`, with an entry in its cache and what it logged. */
async function follower(log: NonNullable<HearsayOptions['log']>) {
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string) => void logged.push({ fields, message });
  const logger: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const node = await start({ node: 'n', log, logger, mesh: false, poll: { intervalMs: 20 } });
  const cache = node.cache<string>('item', { ttlMs: 600_000 });
  await event(node, 'reset');
  await cache.getOrLoad('k', () => 'before');
  return { node, cache, logged };
}

async function invalidate(node: Hearsay, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await node.invalidate('item', { key: `other/${i}` });
}

/** The scope was reset for this reason, its entries are gone, and both log and status say so. */
async function expectReset(
  followed: Awaited<ReturnType<typeof follower>>,
  reset: Promise<unknown>,
  reason: string,
): Promise<void> {
  const { node, cache, logged } = followed;
  expect(await reset).toEqual({ scope: 'item', reason });
  expect(cache.get('k')).toBeUndefined();
  expect(logged).toContainEqual({
    fields: { scope: 'item', reason },
    message: 'a scope was reset',
  });
  expect(node.status().scopes[0]?.resets).toBe(2);
  expect(node.status().counters.resets).toBe(2);
}

type ServerLog = Awaited<ReturnType<typeof openPostgresLog | typeof openMysqlLog>>;

/** Appends to `item` in the name of a node that gossips nothing. */
async function append(log: ServerLog, key: string): Promise<void> {
  const origin = { node: nodeNameOf('m'), epoch: '00000000000000aa' as Epoch };
  await log.append(origin, [{ scope: scopeOf('item'), target: { kind: 'key', key } }]);
}

/** The server restarts: its log is out of reach meanwhile, then goes on in a new life of the database, without a reset. */
async function expectFollowedOn(
  followed: Awaited<ReturnType<typeof follower>>,
  log: ServerLog,
  server: { stop(): Promise<void>; start(): Promise<void> },
): Promise<void> {
  cleanLater(() => log.close());
  const request = { positions: new Map(), rowsMax: 1 };
  const before = await log.poll(request);
  expect((await log.poll(request)).incarnation).toBe(before.incarnation);
  await server.stop();
  await expect(log.poll(request)).rejects.toMatchObject({ code: 'HEARSAY_LOG_UNAVAILABLE' });
  await server.start();
  expect((await log.poll(request)).incarnation).not.toBe(before.incarnation);
  const applied = event(followed.node, 'applied');
  await append(log, 'other');
  expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
  expect(followed.cache.get('k')).toBe('before');
}

const TABLES = ['meta', 'scope', 'log', 'node', 'lease'];

describe.skipIf('missing' in POSTGRES)('a PostgreSQL', () => {
  async function made() {
    const { url, schema, pool, drop } = await postgresSchema('url' in POSTGRES ? POSTGRES.url : '');
    cleanLater(drop);
    return { url, schema, pool, log: { postgres: { connectionString: url, schema } } };
  }

  test('into which a backup was restored resets what was committed since (L1)', async () => {
    const { url, schema, log } = await made();
    const followed = await follower(log);
    await invalidate(followed.node, 2);
    const file = join(temporaryDirectory(), 'backup.sql');
    await run('pg_dump', [`--dbname=${url}`, '--clean', '--if-exists', '-n', schema, '-f', file]);
    await invalidate(followed.node, 2);
    const reset = event(followed.node, 'reset');
    await restore(url, file);
    await expectReset(followed, reset, 'chain-broken');
  });

  test('that holds another log under the same name resets all (L8)', async () => {
    const { url, schema, pool, log } = await made();
    const followed = await follower(log);
    await invalidate(followed.node, 2);
    const other = await openPostgresLog({ connectionString: url, schema, tablePrefix: 'x_' });
    await other.ensureScopes(['item']);
    await other.close();
    const swap = TABLES.map(
      (name) =>
        `ALTER TABLE hearsay_${name} RENAME TO y_${name}; ALTER TABLE x_${name} RENAME TO hearsay_${name};`,
    );
    const reset = event(followed.node, 'reset');
    await pool.query(`BEGIN; ${swap.join('')} COMMIT`);
    await expectReset(followed, reset, 'log-changed');
  });
});

describe.skipIf(postgresBinaries() === undefined)('a PostgreSQL of its own', () => {
  async function started() {
    const cluster = await PostgresCluster.create();
    cleanLater(() => cluster.destroy());
    await cluster.start();
    return cluster;
  }

  test.skipIf(!hasStandbyTools())(
    'whose standby took over without the last commits resets them, also when their numbers came again (L1, S4)',
    async () => {
      const primary = await started();
      const standby = await primary.standby();
      cleanLater(() => standby.destroy());
      await standby.start();
      const relay = await TcpRelay.listen();
      cleanLater(() => relay.close().catch(() => undefined));
      relay.setTarget(primary.port);
      const url = `postgres://postgres@${relay.address}/postgres`;
      const followed = await follower({ postgres: url });
      await invalidate(followed.node, 2);
      const log = await openPostgresLog({ connectionString: url });
      cleanLater(() => log.close());
      const before = await log.poll({ positions: new Map(), rowsMax: 1 });

      // What the standby has not is lost with the primary.
      await caughtUp(primary, standby);
      await standby.stop();
      await invalidate(followed.node, 2);
      await primary.stop('SIGQUIT');
      await standby.start();
      await expect(openPostgresLog({ connectionString: standby.url })).rejects.toMatchObject({
        code: 'HEARSAY_LOG_READ_ONLY',
      });
      await standby.promote();
      const writer = await openPostgresLog({ connectionString: standby.url });
      for (let i = 0; i < 3; i++) await append(writer, 'k');
      await writer.close();
      const reset = event(followed.node, 'reset');
      relay.setTarget(standby.port);
      await expectReset(followed, reset, 'chain-broken');
      const after = await log.poll({ positions: new Map(), rowsMax: 1 });
      expect(after.logId).toBe(before.logId);
      expect(after.incarnation).not.toBe(before.incarnation);
    },
    SECONDS_60,
  );

  test(
    'that restarts is followed on without a reset, in a new life (S4)',
    async () => {
      const cluster = await started();
      const followed = await follower({ postgres: cluster.url });
      const log = await openPostgresLog({ connectionString: cluster.url });
      await expectFollowedOn(followed, log, {
        stop: () => cluster.stop('SIGQUIT'),
        start: () => cluster.start(),
      });
    },
    SECONDS_60,
  );
});

/** Waits until the standby has everything that the primary has. */
async function caughtUp(primary: PostgresCluster, standby: PostgresCluster): Promise<void> {
  const clients = [primary, standby].map(({ url }) => new pg.Client(url));
  const [from, to] = clients as [pg.Client, pg.Client];
  for (const client of clients) await client.connect();
  const { rows } = await from.query('SELECT pg_current_wal_lsn()::text AS lsn');
  for (;;) {
    const answer = await to.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [
      rows[0].lsn,
    ]);
    if (answer.rows[0].done) break;
  }
  for (const client of clients) await client.end();
}

describe.skipIf(!MARIADB)('a MariaDB', () => {
  async function made() {
    const { url, database, pool, drop } = await mysqlDatabase(MARIADB ?? { name: '', url: '' });
    cleanLater(drop);
    return { url, database, pool, log: { mysql: url } };
  }

  test('into which a backup was restored resets what was committed since (L1)', async () => {
    const { url, database, log } = await made();
    const followed = await follower(log);
    await invalidate(followed.node, 2);
    const { hostname, port, username, password } = new URL(url);
    const user = ['-h', hostname, '-P', port || '3306', '-u', username, `--password=${password}`];
    const { stdout } = await run('mariadb-dump', [...user, '--single-transaction', database]);
    await invalidate(followed.node, 2);
    const admin = await mysql.createConnection({ uri: url, multipleStatements: true });
    cleanLater(() => admin.destroy());
    const reset = event(followed.node, 'reset');
    await admin.query(stdout.replaceAll(/^\/\*M?!999999.*$/gm, ''));
    await expectReset(followed, reset, 'chain-broken');
  });

  test('that holds another log under the same name resets all (L8)', async () => {
    const { url, pool, log } = await made();
    const followed = await follower(log);
    await invalidate(followed.node, 2);
    const other = await openMysqlLog({ connectionString: url, tablePrefix: 'x_' });
    await other.ensureScopes(['item']);
    await other.close();
    const swap = TABLES.flatMap((name) => [
      `hearsay_${name} TO y_${name}`,
      `x_${name} TO hearsay_${name}`,
    ]);
    const reset = event(followed.node, 'reset');
    await pool.query(`RENAME TABLE ${swap.join()}`);
    await expectReset(followed, reset, 'log-changed');
  });
});

describe.skipIf(!hasMariadbBinaries())('a MariaDB of its own', () => {
  async function started(server: MariadbServer) {
    cleanLater(() => server.destroy());
    await server.start();
    const admin = await mysql.createConnection(server.url);
    await admin.query('CREATE DATABASE IF NOT EXISTS service');
    await admin.end();
    return `${server.url}/service`;
  }

  test(
    'whose replica took over without the last commits resets them, also when their numbers came again (L1, S4)',
    async () => {
      const primary = await MariadbServer.create();
      await started(primary);
      const relay = await TcpRelay.listen();
      cleanLater(() => relay.close().catch(() => undefined));
      relay.setTarget(primary.port);
      const url = `mysql://root@${relay.address}/service`;
      const followed = await follower({ mysql: url });
      await invalidate(followed.node, 2);
      const log = await openMysqlLog({ connectionString: url });
      cleanLater(() => log.close());
      const request = { positions: new Map(), rowsMax: 1 };
      const before = await log.poll(request);

      await primary.stop();
      const replica = await primary.copy();
      await primary.start();
      await expect
        .poll(() => followed.node.invalidate('item', { key: 'lost' }).catch(() => ''), {
          timeout: 20_000,
        })
        .toContain('item:3');
      await primary.stop('SIGKILL');
      const writer = await openMysqlLog({ connectionString: await started(replica) });
      for (let i = 0; i < 3; i++) await append(writer, 'k');
      await writer.close();
      const reset = event(followed.node, 'reset');
      relay.setTarget(replica.port);
      await expectReset(followed, reset, 'chain-broken');
      const after = await log.poll(request);
      expect(after.logId).toBe(before.logId);
      expect(after.incarnation).not.toBe(before.incarnation);
    },
    SECONDS_60,
  );

  test(
    'that restarts is followed on without a reset, in a new life (S4)',
    async () => {
      const server = await MariadbServer.create();
      const url = await started(server);
      const followed = await follower({ mysql: url });
      const log = await openMysqlLog({ connectionString: url });
      await expectFollowedOn(followed, log, server);
    },
    SECONDS_60,
  );
});

/** In one transaction. It takes tables from under a node that reads them, so the server may make it the loser of a deadlock. */
async function restore(url: string, file: string): Promise<void> {
  const restored = run('psql', [`--dbname=${url}`, '-v', 'ON_ERROR_STOP=1', '-1', '-f', file]);
  await restored.catch((error: Error) => {
    if (!error.message.includes('deadlock detected')) throw error;
    return restore(url, file);
  });
}
