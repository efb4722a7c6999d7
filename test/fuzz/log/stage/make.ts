/** Makes the tables of a run, in a schema, database or file of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mysqlTriggerSql, postgresTriggerSql, sqliteTriggerSql } from '@hearsay/version-log';
import {
  MYSQL_MISSING,
  MYSQL_SERVERS,
  type MysqlServer,
  mysqlDatabase,
} from '../../../databases/mysql.ts';
import { POSTGRES, postgresSchema } from '../../../databases/postgres.ts';
import { MariadbStage } from './mariadb.ts';
import { PostgresStage } from './postgres.ts';
import { SqliteStage } from './sqlite.ts';
import type { DatabaseName, MadeStage } from './stage.ts';
import { CHANGED_COLUMNS, CHANGED_SCOPE, CHANGED_TABLE, tablesSql } from './tables.ts';

/** What the documentation tells to insert where a log of mode xid8 is written by triggers. */
const XID_TRIGGER_SQL = [
  `CREATE FUNCTION item_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO hearsay_log (scope, xid, append_id, kind, key, origin, appended_at)
    SELECT DISTINCT '${CHANGED_SCOPE}', pg_current_xact_id(), left(md5(gen_random_uuid()::text), 16), 'key',
      (image ->> 'session') || '/' || (image ->> 'serial') || '/' || (image ->> 'n'), 'trigger', 0
    FROM (VALUES (CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END),
      (CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END)) AS i (image) WHERE image IS NOT NULL;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER item_changed AFTER INSERT OR UPDATE OR DELETE ON ${CHANGED_TABLE}
    FOR EACH ROW EXECUTE FUNCTION item_changed()`,
];

/** @returns why there is no such database on this machine; `undefined` when there is one */
export function missing(database: DatabaseName): string | undefined {
  if (database === 'mariadb') return mariadb() ? undefined : MYSQL_MISSING.MariaDB;
  if (database === 'postgres' || database === 'postgres-xid8')
    return 'missing' in POSTGRES ? POSTGRES.missing : undefined;
  return undefined;
}

/** Makes the run's tables. @throws {Error} where the database is {@link missing} */
export async function makeStage(database: DatabaseName): Promise<MadeStage> {
  const server = mariadb();
  if (database === 'mariadb' && server) return makeMariadb(server);
  if ((database === 'postgres' || database === 'postgres-xid8') && 'url' in POSTGRES)
    return makePostgres(database, POSTGRES.url);
  if (database === 'sqlite' || database === 'better-sqlite3') return makeSqlite(database);
  throw new Error(`there is no ${database}: ${missing(database)}`);
}

async function makeSqlite(database: 'sqlite' | 'better-sqlite3'): Promise<MadeStage> {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-fuzz-log-'));
  const stage = new SqliteStage({ database, at: join(directory, 'data.db'), schema: '' });
  const remove = async () => {
    await stage.close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    // First, so that the file is in WAL mode.
    await (await stage.openLog()).close();
    stage.run([
      // Numbers of rows that are gone come again: what a table has unless AUTOINCREMENT is asked for.
      ...tablesSql('INTEGER PRIMARY KEY'),
      ...sqliteTriggerSql({
        table: CHANGED_TABLE,
        scope: CHANGED_SCOPE,
        keyColumns: CHANGED_COLUMNS,
      }),
    ]);
    return Object.assign(stage, { remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makePostgres(
  database: 'postgres' | 'postgres-xid8',
  url: string,
): Promise<MadeStage> {
  const made = await postgresSchema(url);
  const { schema } = made;
  const stage = new PostgresStage({ database, at: url, schema });
  const remove = async () => {
    await stage.close();
    await made.drop();
  };
  try {
    await (await stage.openLog()).close();
    const triggers =
      database === 'postgres'
        ? postgresTriggerSql({
            table: CHANGED_TABLE,
            scope: CHANGED_SCOPE,
            keyColumns: CHANGED_COLUMNS,
            schema,
          })
        : XID_TRIGGER_SQL;
    for (const sql of [...tablesSql('bigserial PRIMARY KEY'), ...triggers])
      await made.pool.query(sql);
    return Object.assign(stage, { remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makeMariadb(server: MysqlServer): Promise<MadeStage> {
  const made = await mysqlDatabase(server);
  const stage = new MariadbStage({ database: 'mariadb', at: made.url, schema: '' });
  const remove = async () => {
    await stage.close();
    await made.drop();
  };
  try {
    await (await stage.openLog()).close();
    const triggers = mysqlTriggerSql({
      table: CHANGED_TABLE,
      scope: CHANGED_SCOPE,
      keyColumns: CHANGED_COLUMNS,
    });
    for (const sql of [...tablesSql('BIGINT AUTO_INCREMENT PRIMARY KEY'), ...triggers])
      await made.pool.query(sql);
    return Object.assign(stage, { remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

function mariadb() {
  return MYSQL_SERVERS.find(({ name }) => name === 'MariaDB');
}
