import { ConfigInvalidError, LogUnavailableError } from '@hearsay/spi';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { PostgresSchema } from '../../../../test/databases/postgres.ts';
import {
  LogReadOnlyError,
  LogSchemaNewerError,
  LogTablesForeignError,
  LogTablesRefusedError,
  openPostgresLog,
  postgresSchemaSql,
  SCHEMA_VERSION,
} from '../../src/index.js';
import { runScript } from '../processes/run-script.js';
import { ORIGIN, versionOf } from '../support.js';
import { describePostgres, newSchema, openLog, URL as SERVER } from './support.js';

/** A role of the test's own, without any rights, and the URL that it logs in with. */
async function newRole({ pool, schema }: PostgresSchema): Promise<{ role: string; url: string }> {
  const role = schema.replace('test', 'role');
  await pool.query(`CREATE ROLE ${role} LOGIN`);
  onTestFinished(async () => {
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  const url = new URL(SERVER);
  url.username = role;
  return { role, url: url.href };
}

async function columnsOf({ pool, schema }: PostgresSchema): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
     FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
    [schema],
  );
  return rows;
}

describePostgres('the tables of a log on PostgreSQL', () => {
  test('are made once by ten processes that start at once', async () => {
    const { schema } = await newSchema();
    const outputs = await Promise.all(
      Array.from({ length: 10 }, () =>
        runScript('open-server-log.ts', ['postgres', SERVER, schema]),
      ),
    );
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0]?.stdout).toMatch(/^[0-9a-f]{32}\n$/);
  }, 120_000);

  test('are the printed ones, which change nothing when they are run again', async () => {
    const [printed, made] = [await newSchema(), await newSchema()];
    const sql = postgresSchemaSql({ schema: printed.schema });
    await printed.pool.query(sql);
    const { rows } = await printed.pool.query('SELECT * FROM hearsay_meta');
    await printed.pool.query(sql);
    await openLog(made);
    expect(await columnsOf(made)).toEqual(await columnsOf(printed));
    expect((await openLog(printed)).logId).toBe(rows[0].log_id);
  });

  test('are made in a schema that is made with them', async () => {
    const { schema, pool } = await newSchema();
    await pool.query(`DROP SCHEMA ${schema}`);
    await openLog({ schema } as PostgresSchema);
    expect(await columnsOf({ schema, pool } as PostgresSchema)).not.toEqual([]);
  });

  test('need no right to create tables once they are there', async () => {
    const made = await newSchema();
    await openLog(made);
    const { role, url } = await newRole(made);
    await made.pool.query(`GRANT USAGE ON SCHEMA ${made.schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${made.schema} TO ${role}`);
    const log = await openLog(made, { connectionString: url });
    await log.append(ORIGIN, [{ scope: 'table' as never, target: { kind: 'scope', key: '' } }]);
    expect(await versionOf(log)).toBe(1);
  });
});

describePostgres('a log on PostgreSQL is refused in one line, and nothing is made,', () => {
  async function refusal(made: PostgresSchema, connectionString = SERVER): Promise<unknown> {
    const before = await columnsOf(made);
    const error = await openPostgresLog({ connectionString, schema: made.schema }).catch(
      (reason: unknown) => reason,
    );
    expect(await columnsOf(made)).toEqual(before);
    expect(String((error as Error).message)).not.toContain('\n');
    return error;
  }

  test('when there is no table and no right to create one', async () => {
    const made = await newSchema();
    const { role, url } = await newRole(made);
    expect(await refusal(made, url)).toBeInstanceOf(LogTablesRefusedError);
    await made.pool.query(`GRANT USAGE ON SCHEMA ${made.schema} TO ${role}`);
    expect(await refusal(made, url)).toBeInstanceOf(LogTablesRefusedError);
  });

  test('when there is no right to read the tables', async () => {
    const made = await newSchema();
    await openLog(made);
    const { role, url } = await newRole(made);
    await made.pool.query(`GRANT USAGE ON SCHEMA ${made.schema} TO ${role}`);
    expect(await refusal(made, url)).toBeInstanceOf(LogTablesRefusedError);
  });

  test.each([
    ['a table that is not ours', 'CREATE TABLE hearsay_log (id int)'],
    ['a view', 'CREATE VIEW hearsay_meta AS SELECT 1 AS schema_version'],
  ])('when there is %s', async (_, sql) => {
    const made = await newSchema();
    await made.pool.query(sql);
    expect(await refusal(made)).toBeInstanceOf(LogTablesForeignError);
    await openLog(made, { tablePrefix: 'other_' });
  });

  test('when a newer release made them', async () => {
    const made = await newSchema();
    await openLog(made);
    await made.pool.query(`UPDATE hearsay_meta SET schema_version = ${SCHEMA_VERSION + 1};
      ALTER TABLE hearsay_log ADD more int`);
    expect(await refusal(made)).toBeInstanceOf(LogSchemaNewerError);
  });

  test('when nobody listens there, or the login is refused', async () => {
    const made = await newSchema();
    expect(await refusal(made, 'postgres://x@127.0.0.1:1/x')).toBeInstanceOf(LogUnavailableError);
    const url = new URL(SERVER);
    url.pathname = '/hearsay_test_no_such_database';
    expect(await refusal(made, url.href)).toBeInstanceOf(LogUnavailableError);
  });

  test.each<[string, object]>([
    ['neither a URL nor a pool', {}],
    ['both', { connectionString: SERVER, pool: {} }],
    ['a URL of something else', { connectionString: 'mysql://root@127.0.0.1' }],
    ['a prefix that needs quotes', { connectionString: SERVER, tablePrefix: 'a b' }],
    ['a schema that needs more than quotes', { connectionString: SERVER, schema: 'a"b' }],
    ['no time for polls', { connectionString: SERVER, pollTimeoutMs: 0 }],
    ['more time than is allowed', { connectionString: SERVER, writeTimeoutMs: 600_001 }],
  ])('with %s', async (_, options) => {
    await expect(openPostgresLog(options)).rejects.toThrow(ConfigInvalidError);
  });
});

describePostgres('a database that is set to read only', () => {
  test('is polled, and refuses writes', async () => {
    const made = await newSchema();
    const log = await openLog(made);
    await log.ensureScopes(['table']);
    const { role, url } = await newRole(made);
    await made.pool.query(`GRANT USAGE ON SCHEMA ${made.schema} TO ${role};
      GRANT ALL ON ALL TABLES IN SCHEMA ${made.schema} TO ${role};
      ALTER ROLE ${role} SET default_transaction_read_only = on`);
    const readOnly = await openLog(made, { connectionString: url });
    expect(await versionOf(readOnly)).toBe(0);
    const append = readOnly.append(ORIGIN, [
      { scope: 'table' as never, target: { kind: 'scope', key: '' } },
    ]);
    await expect(append).rejects.toThrow(LogReadOnlyError);
    await expect(readOnly.ensureScopes(['other'])).rejects.toThrow(LogReadOnlyError);
    const pool = new pg.Pool({ connectionString: url });
    onTestFinished(() => pool.end());
    const write = readOnly.write(pool, ORIGIN, async (tx) => tx.invalidate('table', { all: true }));
    await expect(write).rejects.toThrow(LogReadOnlyError);
  });
});

describePostgres('a log that is given the pool of the service', () => {
  test('opens connections of its own with its settings, and leaves the pool alone (L3)', async () => {
    const made = await newSchema();
    const pool = new pg.Pool({ connectionString: SERVER, max: 1 });
    const log = await openPostgresLog({ pool, schema: made.schema });
    onTestFinished(() => log.close());
    const held = await pool.connect();
    expect(await versionOf(log)).toBe(0);
    held.release();
    await pool.end();
    expect(await versionOf(log)).toBe(0);
  });
});
