import { randomBytes } from 'node:crypto';
import { ConfigInvalidError, LogUnavailableError } from '@hearsay/spi';
import mysql from 'mysql2/promise';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasMariadbBinaries, MariadbServer } from '../../../../test/databases/mariadb-server.ts';
import type { MysqlDatabase, MysqlServer } from '../../../../test/databases/mysql.ts';
import {
  LogReadOnlyError,
  LogSchemaNewerError,
  LogServerUnfitError,
  LogTablesForeignError,
  LogTablesRefusedError,
  mysqlSchemaSql,
  openMysqlLog,
  SCHEMA_VERSION,
} from '../../src/index.js';
import { refuseUnfit } from '../../src/mysql/server-facts.js';
import { runScript } from '../processes/run-script.js';
import { ORIGIN, TABLE, versionOf } from '../support.js';
import { describeMysql, newDatabase, openLog } from './support.js';

const ONE = [{ scope: TABLE, target: { kind: 'key', key: 'k' } as const }];

async function newUser(made: MysqlDatabase, grants: string): Promise<string> {
  const user = `hearsay_${randomBytes(6).toString('hex')}`;
  await made.pool.query(`CREATE USER ${user}@'%'`);
  onTestFinished(async () => {
    const url = new URL(made.url);
    url.pathname = '';
    const admin = await mysql.createConnection(url.href);
    await admin.query(`DROP USER ${user}@'%'`);
    await admin.end();
  });
  await made.pool.query(`GRANT ${grants} ON ${made.database}.* TO ${user}@'%'`);
  const url = new URL(made.url);
  url.username = user;
  url.password = '';
  return url.href;
}

async function columnsOf({ pool, database }: MysqlDatabase): Promise<unknown> {
  const [rows] = await pool.query(
    `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [database],
  );
  return rows;
}

/** Statement by statement, as a tool for migrations does. */
async function runAll({ pool }: MysqlDatabase, sql: string): Promise<void> {
  for (const statement of sql.split(/;\n/).filter((text) => text.trim() !== ''))
    await pool.query(statement);
}

describeMysql('the tables of a log on MySQL', (server) => {
  test('are made once by ten processes that start at once', async () => {
    const { url, database } = await newDatabase(server);
    const outputs = await Promise.all(
      Array.from({ length: 10 }, () => runScript('open-server-log.ts', ['mysql', url, database])),
    );
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0]?.stdout).toMatch(/^[0-9a-f]{32}\n$/);
  }, 120_000);

  test('are the printed ones, which change nothing when they are run again', async () => {
    const [printed, made] = [await newDatabase(server), await newDatabase(server)];
    await runAll(printed, mysqlSchemaSql());
    const [rows] = await printed.pool.query('SELECT * FROM hearsay_meta');
    await runAll(printed, mysqlSchemaSql());
    await openLog(made);
    expect(await columnsOf(made)).toEqual(await columnsOf(printed));
    expect(rows).toMatchObject([{ log_id: (await openLog(printed)).logId }]);
  });

  test('need no right to create tables once they are there', async () => {
    const made = await newDatabase(server);
    await openLog(made);
    const url = await newUser(made, 'SELECT, INSERT, UPDATE, DELETE');
    const log = await openLog(made, { connectionString: url });
    await log.append(ORIGIN, ONE);
    expect(await versionOf(log)).toBe(1);
    await log.prune({ scope: 'table', keepRows: 0 });
  });
});

describeMysql('a log on MySQL is refused in one line, and nothing is made,', (server) => {
  async function refusal(made: MysqlDatabase, connectionString = made.url): Promise<unknown> {
    const before = await columnsOf(made);
    const error = await openMysqlLog({ connectionString }).catch((reason: unknown) => reason);
    expect(await columnsOf(made)).toEqual(before);
    expect(String((error as Error).message)).not.toContain('\n');
    return error;
  }

  test('when there is no table and no right to create one', async () => {
    const made = await newDatabase(server);
    const url = await newUser(made, 'SELECT, INSERT, UPDATE, DELETE');
    expect(await refusal(made, url)).toBeInstanceOf(LogTablesRefusedError);
  });

  test.each([
    ['a table that is not ours', 'CREATE TABLE hearsay_log (id INT)'],
    ['a view', 'CREATE VIEW hearsay_meta AS SELECT 1 AS schema_version'],
    [
      'a table without transactions',
      'CREATE TABLE hearsay_scope (scope VARCHAR(64) PRIMARY KEY, version BIGINT, append_id CHAR(16), floor BIGINT) ENGINE=MyISAM',
    ],
  ])('when there is %s', async (_, sql) => {
    const made = await newDatabase(server);
    await made.pool.query(sql);
    expect(await refusal(made)).toBeInstanceOf(LogTablesForeignError);
    await openLog(made, { tablePrefix: 'other_' });
  });

  test('when a newer release made them', async () => {
    const made = await newDatabase(server);
    await openLog(made);
    await made.pool.query(`UPDATE hearsay_meta SET schema_version = ${SCHEMA_VERSION + 1}`);
    await made.pool.query('ALTER TABLE hearsay_log ADD more INT');
    expect(await refusal(made)).toBeInstanceOf(LogSchemaNewerError);
  });

  test('when nobody listens there, or there is no such database', async () => {
    const made = await newDatabase(server);
    expect(await refusal(made, 'mysql://x@127.0.0.1:1/x')).toBeInstanceOf(LogUnavailableError);
    const url = new URL(made.url);
    url.pathname = '/hearsay_test_no_such_database';
    expect(await refusal(made, url.href)).toBeInstanceOf(LogUnavailableError);
  });
});

test.each<[string, object]>([
  ['neither a URL nor a pool', {}],
  ['a URL of something else', { connectionString: 'postgres://x@127.0.0.1' }],
  ['a prefix that needs quotes', { connectionString: 'mysql://x@y', tablePrefix: 'a b' }],
])('a log on MySQL is refused before anything is opened, with %s', async (_, options) => {
  await expect(openMysqlLog(options)).rejects.toThrow(ConfigInvalidError);
});

describe('a server is refused that', () => {
  const facts = (more: object) =>
    new Map<string, string>(
      Object.entries({ version: '10.11.2-MariaDB', read_only: 'OFF', ...more }),
    );

  test('is too old', () => {
    for (const version of ['10.5.9-MariaDB', '5.5.1-MariaDB', '5.7.44'])
      expect(() => refuseUnfit(facts({ version })), version).toThrow(LogServerUnfitError);
    for (const version of ['10.6.0-MariaDB', '11.0.1-MariaDB', '8.0.11', '8.4.2', '9.1.0'])
      expect(() => refuseUnfit(facts({ version })), version).not.toThrow();
  });

  test('is one of several primaries (S4)', () => {
    expect(() => refuseUnfit(facts({ wsrep_on: 'ON' }))).toThrow(LogServerUnfitError);
    const group = { version: '8.4.0', group_replication_group_name: 'aaaa' };
    const mode = 'group_replication_single_primary_mode';
    expect(() => refuseUnfit(facts({ ...group, [mode]: 'OFF' }))).toThrow(LogServerUnfitError);
    expect(() => refuseUnfit(facts({ ...group, [mode]: 'ON' }))).not.toThrow();
  });

  test('takes no writes', () => {
    expect(() => refuseUnfit(facts({ read_only: 'ON' }))).toThrow(LogReadOnlyError);
    expect(() => refuseUnfit(facts({ innodb_read_only: 'ON' }))).toThrow(LogReadOnlyError);
  });
});

describe.skipIf(!hasMariadbBinaries())('a MariaDB of its own', () => {
  async function started(
    settings: readonly string[] = [],
  ): Promise<MysqlServer & { port: number }> {
    const server = await MariadbServer.create();
    onTestFinished(() => server.destroy());
    await server.start(settings);
    return { name: 'MariaDB', url: server.url, port: server.port };
  }

  test('that is set to read only is no longer polled, nor written to', async () => {
    const server = await started();
    const made = await newDatabase(server);
    const log = await openLog(made);
    await log.ensureScopes(['table']);
    expect(await versionOf(log)).toBe(0);
    await made.pool.query('SET GLOBAL read_only = 1');
    await expect(versionOf(log)).rejects.toThrow(LogReadOnlyError);
    const url = await newUser(made, 'ALL');
    const pool = mysql.createPool(url);
    onTestFinished(() => pool.end());
    const write = log.write(pool, ORIGIN, async (tx) => tx.invalidate('table', { all: true }));
    await expect(write).rejects.toThrow(LogReadOnlyError);
    await expect(openMysqlLog({ connectionString: made.url })).rejects.toThrow(LogReadOnlyError);
    await made.pool.query('SET GLOBAL read_only = 0');
    expect(await versionOf(log)).toBe(0);
  }, 60_000);

  test('that starts every connection without autocommit is polled with it (L3)', async () => {
    const server = await started(['--init-connect=SET autocommit = 0']);
    const made = await newDatabase(server);
    const writer = await openLog(made);
    await writer.append(ORIGIN, ONE);
    const reader = await openLog(made, { connectionString: await newUser(made, 'ALL') });
    expect(await versionOf(reader)).toBe(1);
    await writer.append(ORIGIN, ONE);
    expect(await versionOf(reader)).toBe(2);
    await reader.append(ORIGIN, ONE);
    expect(await versionOf(writer)).toBe(3);
  }, 60_000);
});
