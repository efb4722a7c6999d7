/** The MariaDB and MySQL servers that tests use, and a database of each test's own in them. */
import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';

const LOCAL = 'mysql://root@127.0.0.1:3306';

export interface MysqlServer {
  /** `MariaDB` or `MySQL`. */
  readonly name: string;
  readonly url: string;
}

/** Those that are there: `HEARSAY_TEST_MYSQL_URL`, and the one at the standard port. */
export const MYSQL_SERVERS: readonly MysqlServer[] = await find();

/** Why one of the two is missing. */
export const MYSQL_MISSING: Readonly<Record<'MariaDB' | 'MySQL', string>> = {
  MariaDB: `neither HEARSAY_TEST_MYSQL_URL nor ${LOCAL} leads to a MariaDB`,
  MySQL: 'HEARSAY_TEST_MYSQL_URL names none',
};

async function find(): Promise<MysqlServer[]> {
  const named = process.env['HEARSAY_TEST_MYSQL_URL'];
  const servers: MysqlServer[] = [];
  if (named) servers.push({ name: await nameOf(named), url: named });
  const local = await nameOf(LOCAL).catch(() => undefined);
  if (local !== undefined && !servers.some(({ name }) => name === local))
    servers.push({ name: local, url: LOCAL });
  return servers;
}

async function nameOf(uri: string): Promise<string> {
  const connection = await mysql.createConnection({ uri, connectTimeout: 2000 });
  const [rows] = await connection.query('SELECT VERSION() AS version');
  await connection.end();
  return JSON.stringify(rows).includes('MariaDB') ? 'MariaDB' : 'MySQL';
}

export interface MysqlDatabase {
  /** Leads to the database. */
  readonly url: string;
  readonly database: string;
  /** For the test's own statements. */
  readonly pool: mysql.Pool;
  drop(): Promise<void>;
}

/** Makes a new database. */
export async function mysqlDatabase(server: MysqlServer): Promise<MysqlDatabase> {
  const database = `hearsay_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(server.url);
  const admin = await mysql.createConnection({ uri: server.url });
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  url.pathname = `/${database}`;
  const pool = mysql.createPool({ uri: url.href });
  return {
    url: url.href,
    database,
    pool,
    drop: async () => {
      await pool.query(`DROP DATABASE IF EXISTS ${database}`);
      await pool.end();
    },
  };
}
