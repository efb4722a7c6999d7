import type { SqlSession } from '@hearsay/testkit';
import { describe, onTestFinished, test } from 'vitest';
import {
  MYSQL_MISSING,
  MYSQL_SERVERS,
  type MysqlDatabase,
  type MysqlServer,
  mysqlDatabase,
} from '../../../../test/databases/mysql.ts';
import { type MysqlLogOptions, type MysqlVersionLog, openMysqlLog } from '../../src/index.js';

/** One suite for MariaDB and one for MySQL. Only the latter may be missing in CI. */
export function describeMysql(name: string, body: (server: MysqlServer) => void): void {
  for (const kind of ['MariaDB', 'MySQL'] as const) {
    const server = MYSQL_SERVERS.find((each) => each.name === kind);
    const title = `${name} (${kind})`;
    if (server) describe(title, () => body(server));
    else if (kind === 'MySQL') test.skip(`${title} (skipped: ${MYSQL_MISSING[kind]})`, () => {});
    else test.skip(`${title} [${MYSQL_MISSING[kind]}]`, () => {});
  }
}

/** A new database that goes when the test is over. */
export async function newDatabase(server: MysqlServer): Promise<MysqlDatabase> {
  const made = await mysqlDatabase(server);
  onTestFinished(() => made.drop());
  return made;
}

/** A machine that has much to do is no failure. */
const PATIENT = { pollTimeoutMs: 20_000, writeTimeoutMs: 20_000 };

export async function openLog(
  { url }: MysqlDatabase,
  options: Partial<MysqlLogOptions> = {},
): Promise<MysqlVersionLog> {
  const log = await openMysqlLog({
    ...(options.pool ? {} : { connectionString: url }),
    ...PATIENT,
    ...options,
  });
  onTestFinished(() => log.close());
  return log;
}

/** A connection of a user, as the adapters for object mappers show one. */
export async function session({ pool }: MysqlDatabase): Promise<SqlSession> {
  const connection = await pool.getConnection();
  onTestFinished(() => connection.destroy());
  return {
    dialect: 'mysql',
    query: async (sql, values) => {
      const [rows] = values.length
        ? await connection.execute(sql, [...values])
        : await connection.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
  };
}
