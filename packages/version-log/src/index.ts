export type {
  AdapterOptions,
  DatabaseAdapter,
  IsolationLevel,
} from './adapters/database-adapter.js';
export { mysqlTransaction, postgresTransaction, sqliteTransaction } from './adapters/drivers.js';
export { drizzleDatabase, drizzleTransaction } from './adapters/drizzle.js';
export { knexDatabase, knexTransaction } from './adapters/knex.js';
export { kyselyDatabase, kyselyTransaction } from './adapters/kysely.js';
export { prismaDatabase, prismaTransaction } from './adapters/prisma.js';
export { typeormDatabase, typeormTransaction } from './adapters/typeorm.js';
export * from './errors.js';
export type { MysqlConnection, MysqlConnectionOf, MysqlPool } from './mysql/client.js';
export { type MysqlLogOptions, type MysqlVersionLog, openMysqlLog } from './mysql/mysql-log.js';
export { mysqlSchemaSql } from './mysql/schema.js';
export type { SqliteLogOptions } from './options.js';
export type { PostgresClient, PostgresConnectionOf, PostgresPool } from './postgres/client.js';
export { openPostgresLog, type PostgresLogOptions } from './postgres/open.js';
export type { PostgresVersionLog } from './postgres/postgres-log.js';
export { type PostgresTablePlace, postgresSchemaSql } from './postgres/schema.js';
export type { PostgresXidLog } from './postgres/xid/xid-log.js';
export type { PruneOptions } from './prune-options.js';
export { SCHEMA_VERSION, schemaSql } from './schema.js';
export type { ServerLogOptions } from './server/options.js';
export type { SqliteConnection } from './sqlite.js';
export type { SqliteDriver } from './sqlite-driver.js';
export { openSqliteLog, type SqliteVersionLog } from './sqlite-log.js';
export type { LogMode, TablePlace } from './tables.js';
export { mysqlTriggerSql } from './triggers/mysql.js';
export type { TriggerOptions } from './triggers/options.js';
export { postgresTriggerSql } from './triggers/postgres.js';
export { sqliteTriggerSql } from './triggers/sqlite.js';
export { appendToLog } from './write/append.js';
export { appendInTransaction } from './write/append-in-transaction.js';
export type { Appended } from './write/batch.js';
export type { WriteTransaction } from './write/collected.js';
export type { SqlDialect, SqlTransaction, SqlValue } from './write/sql-transaction.js';
export type { Written } from './write/write.js';
