import { randomBytes } from 'node:crypto';
import type { Scope } from '@hearsay/spi';
import { openMysqlLog, openPostgresLog } from '@hearsay/version-log';
import { afterEach, expect, test } from 'vitest';
import { MYSQL_MISSING, MYSQL_SERVERS, mysqlDatabase } from '../../../test/databases/mysql.ts';
import { POSTGRES, postgresSchema } from '../../../test/databases/postgres.ts';
import { checkLog } from '../src/log-check.js';
import type { VersionLog } from '../src/version-log.js';
import { cleanLater, cleanUp } from './service.js';

afterEach(cleanUp);

const SCOPE = 'item' as Scope;
const POSITIONS = { positions: new Map([[SCOPE, undefined]]), rowsMax: 10 };

test('a log that is not there, or has no scope, is not tried', async () => {
  const nothing = { writable: undefined, failure: undefined };
  expect(await checkLog(undefined, SCOPE)).toEqual(nothing);
  expect(await checkLog({ prune: async () => undefined } as never, undefined)).toEqual(nothing);
  expect(await checkLog({} as never, SCOPE)).toEqual(nothing);
});

/** Each right that is taken away is missed, while polls go on; what is there stays. */
async function expectRightsMissed(
  log: VersionLog,
  revoke: (right: 'DELETE' | 'UPDATE') => Promise<unknown>,
): Promise<void> {
  const origin = { node: 'a', epoch: '0'.repeat(16) } as never;
  const target = { kind: 'key', key: 'k' } as const;
  await log.append(origin, [{ scope: SCOPE, target }]);
  const before = await log.poll(POSITIONS);
  expect(await checkLog(log, SCOPE)).toEqual({ writable: true, failure: undefined });
  for (const right of ['DELETE', 'UPDATE'] as const) {
    await revoke(right);
    const { writable, failure } = await checkLog(log, SCOPE);
    expect([right, writable]).toEqual([right, false]);
    expect(failure).toMatch(/denied/);
  }
  expect(await log.poll(POSITIONS)).toEqual(before);
}

test.skipIf(!('url' in POSTGRES))(
  `on PostgreSQL, rights that are missing are named${'url' in POSTGRES ? '' : ` (skipped: ${POSTGRES.missing})`}`,
  async () => {
    if (!('url' in POSTGRES)) return;
    const { schema, pool, drop } = await postgresSchema(POSTGRES.url);
    cleanLater(drop);
    const owner = await openPostgresLog({ connectionString: POSTGRES.url, schema });
    await owner.close();
    const role = schema.replace('test', 'role');
    await pool.query(
      `CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${schema} TO ${role};
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    );
    cleanLater(async () => {
      await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    });
    const url = new URL(POSTGRES.url);
    url.username = role;
    const log = await openPostgresLog({ connectionString: url.href, schema });
    cleanLater(() => log.close());
    await expectRightsMissed(log, (right) =>
      pool.query(`REVOKE ${right} ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`),
    );
  },
);

const MARIADB = MYSQL_SERVERS.find(({ name }) => name === 'MariaDB');

test.skipIf(!MARIADB)(
  `on MariaDB, rights that are missing are named${MARIADB ? '' : ` (skipped: ${MYSQL_MISSING.MariaDB})`}`,
  async () => {
    if (!MARIADB) return;
    const { url, database, pool, drop } = await mysqlDatabase(MARIADB);
    cleanLater(drop);
    const owner = await openMysqlLog({ connectionString: url });
    await owner.close();
    const user = `hearsay_${randomBytes(6).toString('hex')}`;
    await pool.query(`CREATE USER ${user}@'%'`);
    cleanLater(async () => {
      await pool.query(`DROP USER ${user}@'%'`);
    });
    // Rights on a whole database are looked up when a connection is made, those on a table each time.
    const ofEach = async (sql: (table: string) => string) => {
      for (const kind of ['meta', 'scope', 'log', 'node', 'lease'])
        await pool.query(sql(`${database}.hearsay_${kind}`));
    };
    await ofEach((table) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${user}@'%'`);
    const asUser = new URL(url);
    asUser.username = user;
    asUser.password = '';
    const log = await openMysqlLog({ connectionString: asUser.href });
    cleanLater(() => log.close());
    await expectRightsMissed(log, (right) =>
      ofEach((table) => `REVOKE ${right} ON ${table} FROM ${user}@'%'`),
    );
  },
);
