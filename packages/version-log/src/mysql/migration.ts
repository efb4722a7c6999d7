import type { ServerConnection, SqlRow } from '../server/connection.js';
import type { Migration } from '../server/prepare.js';
import { columnsOf, type LogTables, type TableKind } from '../tables.js';
import { mysqlTables } from './schema.js';

/** Making the log's tables on MariaDB and MySQL. */
export class MysqlMigration implements Migration {
  readonly where: string;
  readonly mode = 'counter';
  readonly #connection: ServerConnection;
  readonly #tables: LogTables;
  readonly #schema: string;
  readonly #prefix: string;

  constructor(connection: ServerConnection, tables: LogTables, schema: string, prefix: string) {
    this.#connection = connection;
    this.#tables = tables;
    this.#schema = schema;
    this.#prefix = prefix;
    this.where = `database ${schema} under ${prefix}`;
  }

  async columns(): Promise<ReadonlyMap<TableKind, readonly string[]>> {
    const kinds = Object.keys(columnsOf('counter')) as TableKind[];
    const { rows } = await this.#connection.run({
      sql: `SELECT t.TABLE_NAME AS name, t.ENGINE AS engine,
          GROUP_CONCAT(c.COLUMN_NAME ORDER BY c.ORDINAL_POSITION) AS columns
        FROM information_schema.TABLES t JOIN information_schema.COLUMNS c
          ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
        WHERE t.TABLE_SCHEMA = ? AND t.TABLE_NAME IN (${kinds.map(() => '?').join()}) GROUP BY name, engine`,
      params: [this.#schema, ...kinds.map((kind) => this.#prefix + kind)],
    });
    return new Map(
      rows.map(({ name, engine, columns }) => [
        String(name).slice(this.#prefix.length) as TableKind,
        // Without transactions it would be no log.
        engine === 'InnoDB' ? String(columns).split(',') : [],
      ]),
    );
  }

  async meta(): Promise<SqlRow | undefined> {
    const sql = `SELECT schema_version, log_id, mode FROM ${this.#tables.meta}`;
    return (await this.#connection.run({ sql, params: [] })).rows[0];
  }

  /**
   * Each statement is committed by itself, and whoever comes second finds it done. One that is
   * interrupted is gone on with by the next.
   */
  async create(): Promise<void> {
    for (const sql of mysqlTables({ schema: this.#schema, tablePrefix: this.#prefix }))
      await this.#connection.run({ sql, params: [] });
  }
}
