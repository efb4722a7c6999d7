/** What the version log costs the writer, how much it carries, and what a reader takes, on each database that is there. */
import { MYSQL_SERVERS } from '../../test/databases/mysql.ts';
import { mysqlServer } from '../log/mysql.ts';
import { postgresServer } from '../log/postgres.ts';
import { measureServer } from '../log/server.ts';
import { measureSqlite } from '../log/sqlite.ts';
import type { PartOptions } from '../part.ts';
import type { Row } from '../row.ts';

export async function run(options: PartOptions): Promise<Row[]> {
  const rows = await measureSqlite(options);
  const postgres = await postgresServer();
  if (typeof postgres === 'string') options.progress(`PostgreSQL is left out: ${postgres}`);
  else rows.push(...(await measureServer(postgres, options)));
  for (const server of MYSQL_SERVERS)
    rows.push(...(await measureServer(await mysqlServer(server), options)));
  return rows;
}
