/** What is needed of `mysql2/promise`, by shape, so that the package is no dependency of ours. */
import type { DatabaseAdapter } from '../adapters/database-adapter.js';
import { LogDriverMissingError } from '../errors.js';

export interface MysqlQuery {
  readonly sql: string;
  readonly values?: unknown;
  readonly rowsAsArray?: boolean;
  readonly nestTables?: boolean;
}

/** Rows, or what a statement without any answers. */
export type MysqlResult = [unknown, unknown];

/** A connection of `mysql2/promise`. */
export interface MysqlConnection {
  query(query: MysqlQuery): Promise<MysqlResult>;
  execute(query: MysqlQuery): Promise<MysqlResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  destroy(): void;
}

export interface MysqlPoolConnection extends MysqlConnection {
  release(): void;
}

/** A `Pool` of `mysql2/promise`. */
export interface MysqlPool {
  getConnection(): Promise<MysqlPoolConnection>;
}

/** What a callback is given: the library's transaction, what the pool hands out, or the connection itself. */
export type MysqlConnectionOf<Db> =
  Db extends DatabaseAdapter<infer Transaction>
    ? Transaction
    : Db extends { getConnection(): Promise<infer Connection> }
      ? Connection
      : Db;

interface MysqlModule {
  createConnection(config: object): Promise<MysqlConnection>;
}

/**
 * Loads `mysql2` when a log is opened and not before.
 * @throws {LogDriverMissingError}
 */
export async function loadMysql(): Promise<MysqlModule> {
  try {
    const module: { readonly default: unknown } = await import('mysql2/promise');
    return module.default as MysqlModule;
  } catch (error) {
    throw new LogDriverMissingError('the package mysql2 is missing: npm install mysql2', {
      cause: error,
    });
  }
}

export function isMysqlPool(db: MysqlPool | MysqlConnection): db is MysqlPool {
  return 'getConnection' in db;
}

/** The rows of an answer; `[]` for a statement without any. */
export function rowsOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(answer) ? answer : [];
}
