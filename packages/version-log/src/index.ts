export * from './errors.js';
export type { SqliteLogOptions } from './options.js';
export { SCHEMA_VERSION, schemaSql } from './schema.js';
export { openSqliteLog, type SqliteVersionLog } from './sqlite-log.js';
export { type Appended, appendToLog } from './write/append.js';
export type { WriteTransaction, Written } from './write/write.js';
