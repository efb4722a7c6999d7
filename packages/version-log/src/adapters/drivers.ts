import { type MysqlConnection, rowsOf } from '../mysql/client.js';
import type { PostgresClient } from '../postgres/client.js';
import { prepare, type SqliteConnection } from '../sqlite.js';
import type { SqlTransaction } from '../write/sql-transaction.js';

/** A client of `pg` that has a transaction open, to append in; its end is yours to tell. */
export function postgresTransaction(client: PostgresClient): SqlTransaction {
  return {
    dialect: 'postgres',
    query: async (text, params, name) => {
      const query = { text, values: [...params], ...(name !== undefined && { name }) };
      return (await client.query(query)).rows;
    },
  };
}

/** A connection of `mysql2/promise` that has a transaction open, to append in; its end is yours to tell. */
export function mysqlTransaction(connection: MysqlConnection): SqlTransaction {
  return {
    dialect: 'mysql',
    // A log that knows its server to be MariaDB sends them.
    runsBlocks: true,
    query: async (sql, params) => {
      const query = { sql, rowsAsArray: false, nestTables: false };
      const [answer] =
        params.length === 0
          ? await connection.query(query)
          : await connection.execute({ ...query, values: [...params] });
      return rowsOf(answer);
    },
  };
}

/**
 * A connection of `node:sqlite` or better-sqlite3 that has a transaction open, to append in; its end is
 * yours to tell. Begin it with BEGIN IMMEDIATE, and over the log's own library (rule L3).
 */
export function sqliteTransaction(db: SqliteConnection): SqlTransaction {
  return {
    dialect: 'sqlite',
    query: async (sql, params) => {
      const statement = prepare(db, sql);
      // better-sqlite3 reads rows of nothing that has none.
      if ('reader' in statement && !statement.reader) {
        statement.run(...params);
        return [];
      }
      return statement.all(...params);
    },
  };
}
