import type { ServerConnection, SqlRow } from '../server/connection.js';
import type { Migration } from '../server/prepare.js';
import { columnsOf, type LogMode, logTables, quoted, type TableKind } from '../tables.js';
import { postgresTables } from './schema.js';

/** Making the log's tables on PostgreSQL: one transaction, under a lock that all who do it take. */
export class PostgresMigration implements Migration {
  readonly where: string;
  readonly mode: LogMode;
  readonly #connection: ServerConnection;
  readonly #schema: string;
  readonly #prefix: string;

  constructor(connection: ServerConnection, schema: string, prefix: string, mode: LogMode) {
    this.mode = mode;
    this.#connection = connection;
    this.#schema = schema;
    this.#prefix = prefix;
    this.where = `schema ${schema} under ${prefix}`;
  }

  async columns(): Promise<ReadonlyMap<TableKind, readonly string[]>> {
    const { rows } = await this.#connection.run({
      sql: `SELECT c.relname AS name, c.relkind IN ('r', 'p') AS plain,
          coalesce(string_agg(a.attname, ',' ORDER BY a.attnum), '') AS columns
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = $1::text AND c.relname = ANY (string_to_array($2::text, ',')) GROUP BY c.oid`,
      params: [
        this.#schema,
        kinds()
          .map((kind) => this.#prefix + kind)
          .join(),
      ],
    });
    return new Map(
      rows.map(({ name, plain, columns }) => [
        String(name).slice(this.#prefix.length) as TableKind,
        plain === true ? String(columns).split(',') : [],
      ]),
    );
  }

  async meta(): Promise<SqlRow | undefined> {
    const { meta } = logTables('postgres', { schema: this.#schema, tablePrefix: this.#prefix });
    const sql = `SELECT schema_version, log_id, mode FROM ${meta}`;
    return (await this.#connection.run({ sql, params: [] })).rows[0];
  }

  /** CREATE TABLE IF NOT EXISTS alone fails when two run it at once. */
  async create(): Promise<void> {
    const place = { schema: this.#schema, tablePrefix: this.#prefix, mode: this.mode };
    const lock = `hearsay migration ${this.#schema}.${this.#prefix}`;
    await this.#run('BEGIN');
    await this.#run(`SELECT pg_advisory_xact_lock(hashtextextended('${lock}', 0))`);
    // Only a role that may create schemas may say so, even where the schema is there.
    if (!(await this.#hasSchema()))
      await this.#run(`CREATE SCHEMA IF NOT EXISTS ${quoted('postgres', this.#schema)}`);
    for (const sql of postgresTables(place)) await this.#run(sql);
    await this.#run('COMMIT');
  }

  async #hasSchema(): Promise<boolean> {
    const { rows } = await this.#connection.run({
      sql: 'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1::text',
      params: [this.#schema],
    });
    return rows.length > 0;
  }

  async #run(sql: string): Promise<void> {
    await this.#connection.run({ sql, params: [] });
  }
}

function kinds(): TableKind[] {
  return Object.keys(columnsOf('counter')) as TableKind[];
}
